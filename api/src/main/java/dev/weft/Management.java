package dev.weft;

import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.ObjectName;

/** Registers the {@link CoroutinesMXBean}; the only class that needs the module {@code java.management} for that. */
final class Management implements CoroutinesMXBean {
    private static final System.Logger LOG = System.getLogger("dev.weft");
    private static final String NAME = "dev.weft:type=Coroutines";

    private Management() {}

    static Hooks.Handle register() {
        try {
            var name = new ObjectName(NAME);
            var server = ManagementFactory.getPlatformMBeanServer();
            if (server.isRegistered(name)) return () -> {};
            server.registerMBean(new Management(), name);
            return () -> unregister(name);
        } catch (JMException refused) {
            throw new IllegalStateException(NAME + " cannot be registered", refused);
        }
    }

    private static void unregister(ObjectName name) {
        try {
            ManagementFactory.getPlatformMBeanServer().unregisterMBean(name);
        } catch (JMException gone) {
            LOG.log(Level.DEBUG, "Somebody else has unregistered " + NAME, gone);
        }
    }

    @Override
    public String dumpText() {
        return Coroutines.dump().toString();
    }

    @Override
    public String dumpJson() {
        return Coroutines.dump().toJson();
    }

    @Override
    public String[] findCycles() {
        CoroutineDump dump = Coroutines.dump();
        return dump.cycles().stream()
                .map(cycle -> cycle.stream()
                        .map(number -> dump.entries().get(number).name())
                        .collect(Collectors.joining(" → ")))
                .toArray(String[]::new);
    }
}
