package dev.weft.spi;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** All known providers of event loops: the installed ones, which may be more specific, before Netty's. */
final class KnownLoops {
    private static final System.Logger LOG = System.getLogger("dev.weft");
    private static final int MAX_BROKEN = 64;

    static final List<EventLoops> ALL = load(ServiceLoader.load(EventLoops.class, EventLoops.class.getClassLoader())
            .iterator());

    private KnownLoops() {}

    /** Loads the installed providers; one that cannot be loaded is logged and skipped. */
    static List<EventLoops> load(Iterator<EventLoops> installed) {
        List<EventLoops> all = new ArrayList<>();
        for (int broken = 0; broken < MAX_BROKEN; ) {
            try {
                if (!installed.hasNext()) break;
                all.add(installed.next());
            } catch (ServiceConfigurationError | LinkageError failure) {
                broken++;
                LOG.log(Level.WARNING, "A provider of event loops could not be loaded and is skipped", failure);
            }
        }
        all.add(NettyLoops.INSTANCE);
        return List.copyOf(all);
    }
}
