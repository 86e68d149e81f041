package dev.weft;

import dev.weft.spi.Backend;
import dev.weft.spi.Cancellation;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.Host;
import dev.weft.spi.Scope;
import dev.weft.spi.Warning;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** What the engine needs from this package. The engine initializes this class by name, on first use. */
final class EngineHost implements Host {
    private static final System.Logger LOG = System.getLogger("dev.weft");

    static {
        Host.install(new EngineHost());
    }

    private EngineHost() {}

    /** What stands in the way of a tool does not stand in the way of the program. */
    private static void offerToTools() {
        try {
            if (ModuleLayer.boot().findModule("jdk.jfr").isPresent()) FlightEvents.offer();
            if (isSet("weft.jmx", "WEFT_JMX")) Coroutines.registerMXBean();
        } catch (RuntimeException | LinkageError missing) {
            LOG.log(Level.WARNING, "Coroutines are not shown to the tools of the JDK", missing);
        }
    }

    private static boolean isSet(String property, String environment) {
        String asked = Backends.firstSet(System.getProperty(property), System.getenv(environment), null);
        return asked != null && asked.strip().equals("true");
    }

    @Override
    public CancellationException cancelled(Cancellation cancellation) {
        return CancelledException.of(cancellation);
    }

    @Override
    public CancellationException interrupted(@Nullable Throwable cause) {
        return CancelledException.interrupted(cause);
    }

    @Override
    public @Nullable Scope cancelledScope(Throwable failure) {
        return failure instanceof CancelledException cancelled ? cancelled.scope() : null;
    }

    @Override
    public RuntimeException noValue(String message) {
        return new NoValueException(message);
    }

    @Override
    public RuntimeException tooManyValues(String operation) {
        return new TooManyValuesException(operation + ": the source has more than one value");
    }

    @Override
    public RuntimeException overflow(String message) {
        return new OverflowException(message);
    }

    @Override
    public RuntimeException wrapChecked(Throwable checked) {
        return new AwaitException(checked);
    }

    @Override
    public Throwable unwrap(Throwable failure) {
        return failure instanceof AwaitException carrier ? carrier.getCause() : failure;
    }

    @Override
    public Throwable noteAwaitSite(Throwable failure) {
        return AwaitTrace.mark(failure);
    }

    @Override
    public Runnable bound(Object context, Runnable body) {
        return ScopedValues.around(context, body);
    }

    @Override
    public Backend backend() {
        return Backends.selected();
    }

    @Override
    public CoroutineOptions configured() {
        return Dispatcher.configured();
    }

    @Override
    public Optional<Duration> watchdog() {
        return WatchdogLimit.configured();
    }

    @Override
    public void observe() {
        Listeners.begin();
        offerToTools();
    }

    @Override
    public void warn(Warning warning) {
        Hooks.warn(warning);
    }

    @Override
    public StackTraceElement[] ofTheUser(StackTraceElement[] stack) {
        return AwaitTrace.ofTheUser(stack);
    }

    @Override
    public boolean sendsInterrupts() {
        return Interrupts.configured();
    }

    @Override
    public void requireMayBlock(String operation) {
        Backends.requireMayBlock(operation);
    }
}
