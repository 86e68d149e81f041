package dev.weft.spi;

import java.lang.System.Logger.Level;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Function;

/** All known providers of event loops: the installed ones, which may be more specific, before Netty's. */
final class KnownLoops {
    private static final System.Logger LOG = System.getLogger("dev.weft");

    static final List<EventLoops> ALL = load(ServiceLoader.load(EventLoops.class, EventLoops.class.getClassLoader())
            .iterator());

    private KnownLoops() {}

    /** Loads the installed providers; one that cannot be loaded is logged and skipped. */
    static List<EventLoops> load(Iterator<EventLoops> installed) {
        List<EventLoops> all = Services.load(
                installed,
                Function.identity(),
                failure -> LOG.log(
                        Level.WARNING, "A provider of event loops could not be loaded and is skipped", failure));
        all.add(NettyLoops.INSTANCE);
        return List.copyOf(all);
    }
}
