package dev.weft.test.simulation;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A library with schedulers of its own, which belong to the run while an exploration lasts. */
interface Library {
    /** A class of each library, and what simulates it; by name, since none has to be there. */
    Map<String, String> KNOWN = Map.of(
            "reactor.core.scheduler.Schedulers", "ReactorSchedulers",
            "io.reactivex.rxjava3.plugins.RxJavaPlugins", "RxSchedulers");

    /** Replaces its schedulers, for all runs. */
    void install();

    /** Makes new ones, for the next run. */
    void begin();

    /** Restores its schedulers. */
    void uninstall();

    /** {@return those that are on the class path} */
    static List<Library> present() {
        List<Library> present = new ArrayList<>();
        KNOWN.forEach((library, simulated) -> {
            if (isPresent(library)) present.add(create(Library.class.getPackageName() + "." + simulated));
        });
        return present;
    }

    private static boolean isPresent(String name) {
        try {
            Class.forName(name, false, Library.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException absent) {
            return false;
        }
    }

    private static Library create(String name) {
        try {
            return (Library) Class.forName(name).getDeclaredConstructor().newInstance();
        } catch (InvocationTargetException failed) {
            throw Explorer.rethrow(failed.getCause());
        } catch (ReflectiveOperationException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
