package dev.weft;

import java.lang.ref.Cleaner;

/** Runs actions when objects have been garbage-collected, on one daemon thread, started with the first. */
final class GarbageWatch {
    private GarbageWatch() {}

    /**
     * Watches an object.
     *
     * @param object the object
     * @param action what to do then, or when the result is cleaned; it must not refer to the object
     */
    static Cleaner.Cleanable watch(Object object, Runnable action) {
        return Holder.CLEANER.register(object, action);
    }

    private static final class Holder {
        static final Cleaner CLEANER = Cleaner.create();

        private Holder() {}
    }
}
