package dev.weft.rxjava;

/**
 * Which threads RxJava marks as not to be blocked: those of {@code computation()} and {@code single()}.
 *
 * <p>The mark is an interface in a package that RxJava's module does not export, so it is looked up by name.
 */
final class RxThreads {
    private static final String MARK = "io.reactivex.rxjava3.internal.schedulers.NonBlockingThread";

    private static final ClassValue<Boolean> MARKED = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            for (Class<?> direct : type.getInterfaces()) if (direct.getName().equals(MARK) || get(direct)) return true;
            Class<?> above = type.getSuperclass();
            return above != null && get(above);
        }
    };

    private RxThreads() {}

    static boolean isNonBlocking(Thread thread) {
        return MARKED.get(thread.getClass());
    }
}
