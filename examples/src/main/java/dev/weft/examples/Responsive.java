package dev.weft.examples;

import static dev.weft.Async.await;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;

import dev.weft.CancelledException;
import dev.weft.Deferred;
import dev.weft.Dispatcher;
import java.awt.BorderLayout;
import java.awt.GraphicsEnvironment;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import javax.swing.JButton;
import javax.swing.JFrame;
import javax.swing.JLabel;
import javax.swing.JPanel;
import javax.swing.JProgressBar;
import javax.swing.SwingUtilities;

/**
 * A window that computes and stays responsive. Its coroutines run on Swing's event thread, so that they may use its components, and
 * leave it to others whenever they wait. Needs JDK 24; without a display, there is all but the frame.
 */
public final class Responsive {
    private static final int STEPS = 5;
    private static final Dispatcher SWING = Dispatcher.on(SwingUtilities::invokeLater);
}
