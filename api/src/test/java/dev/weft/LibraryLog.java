package dev.weft;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * What the library logs while this is open, but for errors that nobody could receive: the garbage of earlier tests has
 * them at any time. It goes nowhere else.
 */
final class LibraryLog extends Handler implements AutoCloseable {
    private final Logger logger = Logger.getLogger("dev.weft");
    private final List<String> lines = new CopyOnWriteArrayList<>();

    LibraryLog() {
        logger.addHandler(this);
        logger.setUseParentHandlers(false);
    }

    List<String> lines() {
        return lines;
    }

    @Override
    public void publish(LogRecord line) {
        if (!line.getMessage().startsWith("An error that nobody could receive")) lines.add(line.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setUseParentHandlers(true);
    }
}
