package dev.weft;

import dev.weft.spi.AwaitCell;
import dev.weft.spi.AwaitMode;
import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineTask;
import dev.weft.spi.Detachable;
import dev.weft.spi.EventLoop;
import dev.weft.spi.Failures;
import dev.weft.spi.Scope;
import dev.weft.spi.Services;
import dev.weft.spi.SpiLevel;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The installed backends and the selected one.
 *
 * <p>Loading and choosing happen once, when first needed, each in a holder that also keeps the failure, so that each
 * use throws it again. The choice itself is {@link #choose}, a pure function.
 */
final class Backends {
    private static final System.Logger LOG = System.getLogger("dev.weft");

    private Backends() {}

    /** {@return the backend for code that is given no source of a library} */
    static Backend selected() {
        return Selected.RESULT.get();
    }

    /** {@return all that are installed, {@code jdk} last} */
    static List<Backend> all() {
        return installed().all();
    }

    /** {@return the backend that understands a type} */
    static Backend of(Class<?> type) {
        Scope here = Scope.surrounding();
        return of(type, installed(), here == null ? null : here.backend(), Async::backend);
    }

    /**
     * The rule for a type: the only adapter that understands it, or among several the selected one; if there is none,
     * the backend that code has selected, which need not be installed; else {@code jdk}.
     */
    static Backend of(Class<?> type, Installed installed, @Nullable Backend inCode, Supplier<Backend> selection) {
        List<Backend> found = new ArrayList<>();
        for (Backend backend : installed.adapters()) if (backend.understands(type)) found.add(backend);
        if (found.isEmpty() && inCode != null && inCode.understands(type)) return inCode;
        if (found.isEmpty() && JdkBackend.INSTANCE.understands(type)) return JdkBackend.INSTANCE;
        if (found.isEmpty())
            throw new BackendException(
                    "a backend that understands " + type.getName(),
                    installed.describe(),
                    "add the adapter of that library, or convert the value first");
        if (found.size() == 1) return found.get(0);
        String selected = selection.get().id();
        for (Backend backend : found) if (backend.id().equals(selected)) return backend;
        throw new BackendException(
                "one backend that understands " + type.getName(),
                ids(found),
                "choose one of them with -Dweft.backend=<id>, or remove the others");
    }

    static void requireMayBlock(String operation) {
        requireMayBlock(operation, installed());
    }

    static void requireMayBlock(String operation, Installed installed) {
        if (CoroutineTask.ofThread() != null) return; // even in subscriber code: only the coroutine waits
        if (EventLoop.current() != null) throw refused(operation, "the event loop of thread ");
        if (Thread.currentThread().isVirtual()) return;
        for (Backend backend : installed.all())
            if (!backend.mayBlock()) throw refused(operation, "the non-blocking thread ");
    }

    private static IllegalStateException refused(String operation, String what) {
        return new IllegalStateException(
                operation + " would block " + what + Thread.currentThread().getName()
                        + ": return mono(() -> …) or single(() -> …) here, whose body may await; from code that returns"
                        + " nothing, start Async.async(() -> …) and do not wait for it");
    }

    /**
     * The rule: the first of these that is set decides; else the only adapter; else {@code jdk}.
     *
     * @throws BackendException if the choice is unknown or ambiguous
     */
    static Backend choose(
            @Nullable String property, @Nullable String environment, @Nullable String file, Installed installed) {
        String asked = firstSet(property, environment, file);
        if (asked != null) return byId(asked, origin("weft.backend", property, environment), installed);
        if (installed.adapters().isEmpty()) return JdkBackend.INSTANCE;
        if (installed.adapters().size() == 1) return installed.adapters().get(0);
        throw new BackendException(
                "one backend",
                installed.describe() + ", and no choice",
                "choose one with -Dweft.backend=<id>, WEFT_BACKEND=<id>, weft.backend=<id> in weft.properties, or withBackend(…)");
    }

    /** {@return where the value of a key was found, of the three places that are looked at} */
    static String origin(String key, @Nullable String property, @Nullable String environment) {
        if (isSet(property)) return "system property " + key;
        if (isSet(environment))
            return "environment variable " + key.toUpperCase(Locale.ROOT).replace('.', '_');
        return key + " in weft.properties";
    }

    /** {@return the first of these that is set, or null; what is blank is not} */
    static @Nullable String firstSet(@Nullable String property, @Nullable String environment, @Nullable String file) {
        if (isSet(property)) return property;
        if (isSet(environment)) return environment;
        return isSet(file) ? file : null;
    }

    private static boolean isSet(@Nullable String id) {
        return id != null && !id.isBlank();
    }

    private static Backend byId(@Nullable String id, String askedBy, Installed installed) {
        for (Backend backend : installed.all()) if (backend.id().equals(id == null ? null : id.trim())) return backend;
        throw new BackendException(
                "backend \"" + id + "\" (" + askedBy + ")",
                installed.describe(),
                "correct the id, or add the adapter's artifact, such as dev.weft:weft-reactor or dev.weft:weft-rxjava3");
    }

    private static Installed installed() {
        return Loaded.RESULT.get();
    }

    /**
     * Loads the providers that a service loader finds. One that cannot be loaded is reported and skipped; one for
     * another level of the SPI is an error.
     */
    static Installed load(ServiceLoader<Backend> loader) {
        List<String> problems = new ArrayList<>();
        List<Backend> adapters = Services.load(
                loader.stream().iterator(),
                provider -> {
                    requireLevel(provider.type());
                    return provider.get();
                },
                broken -> {
                    LOG.log(Level.WARNING, "A backend could not be loaded and is skipped", broken);
                    Throwable cause = Failures.cause(broken);
                    String text = Failures.text(broken);
                    problems.add(cause == null ? text : text + " because of " + Failures.text(cause));
                });
        return new Installed(adapters, problems);
    }

    private static void requireLevel(Class<?> type) {
        SpiLevel level = type.getAnnotation(SpiLevel.class);
        if (level != null && level.value() == SpiLevel.CURRENT) return;
        throw new BackendException(
                "a backend for level " + SpiLevel.CURRENT + " of the Weft SPI",
                type.getName() + (level == null ? " without @SpiLevel" : " for level " + level.value()),
                "use the same version of weft-api and of the adapter");
    }

    static @Nullable String fromFile(String key) {
        ClassLoader loader = Backend.class.getClassLoader();
        try (InputStream in = loader == null ? null : loader.getResourceAsStream("weft.properties")) {
            if (in == null) return null;
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty(key);
        } catch (IOException | IllegalArgumentException unreadable) {
            throw new BackendException(key + " in weft.properties on the class path", unreadable, "correct that file");
        }
    }

    private static String ids(List<Backend> backends) {
        return backends.stream().map(Backend::id).toList().toString();
    }

    /**
     * What is installed besides {@code jdk}.
     *
     * @param adapters the backends that could be loaded
     * @param problems why the others could not be loaded
     */
    record Installed(List<Backend> adapters, List<String> problems) {
        Installed {
            adapters = List.copyOf(adapters);
            problems = List.copyOf(problems);
            List<Backend> all = new ArrayList<>(adapters);
            all.add(JdkBackend.INSTANCE);
            for (Backend backend : all)
                if (all.stream()
                                .filter(other -> other.id().equals(backend.id()))
                                .count()
                        > 1)
                    throw new BackendException(
                            "backends with different ids",
                            "two with the id \"" + backend.id() + "\": "
                                    + all.stream()
                                            .filter(other -> other.id().equals(backend.id()))
                                            .map(other -> other.getClass().getName())
                                            .toList(),
                            "remove one of them from the class path");
        }

        List<Backend> all() {
            List<Backend> all = new ArrayList<>(adapters);
            all.add(JdkBackend.INSTANCE);
            return all;
        }

        String describe() {
            String ids = ids(all());
            return problems.isEmpty() ? ids : ids + " and, not loadable, " + problems;
        }
    }

    /** A value, or the failure to make it, decided once. */
    record Once<T>(@Nullable T value, @Nullable BackendException failure) {
        static <T> Once<T> of(Supplier<T> maker) {
            try {
                return new Once<>(maker.get(), null);
            } catch (BackendException failure) {
                return new Once<>(null, failure);
            } catch (RuntimeException | LinkageError broken) {
                return new Once<>(
                        null, new BackendException("the installed backends", broken, "repair or remove that one"));
            }
        }

        T get() {
            if (value != null) return value;
            throw new BackendException(Objects.requireNonNull(failure));
        }
    }

    private static final class Loaded {
        static final Once<Installed> RESULT =
                Once.of(() -> load(ServiceLoader.load(Backend.class, Backend.class.getClassLoader())));

        private Loaded() {}
    }

    private static final class Selected {
        static final Once<Backend> RESULT = Once.of(() -> choose(
                System.getProperty("weft.backend"),
                System.getenv("WEFT_BACKEND"),
                fromFile("weft.backend"),
                installed()));

        private Selected() {}
    }

    /** A source of a backend, as an awaitable. */
    record NativeAwaitable<T extends @Nullable Object>(Object source, Backend backend)
            implements Awaitable<T>, Detachable<T> {
        @Override
        public AwaitCell<T> cell() {
            return backend.one(source, AwaitMode.SINGLE_OR_EMPTY);
        }

        @Override
        @SuppressWarnings("NullAway") // null is a T where the source may be empty
        public T await() {
            return cell().await();
        }
    }
}
