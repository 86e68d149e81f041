package dev.weft.rxjava;

/**
 * What a source threw out of its subscribe method. RxJava puts it into a {@link NullPointerException}, and reports it itself,
 * except for a Single or Maybe; only what is fatal, or a NullPointerException of the source's own, comes as it is.
 *
 * @param failure the source's own exception
 * @param reported whether {@code RxJavaPlugins.onError} was told already
 */
record Thrown(Throwable failure, boolean reported) {
    private static final String CORE = "io.reactivex.rxjava3.core.";

    static Thrown by(NullPointerException thrown) {
        StackTraceElement[] trace = thrown.getStackTrace();
        Throwable cause = thrown.getCause();
        String by = trace.length == 0 ? "" : trace[0].getClassName();
        if (cause == null || !by.startsWith(CORE)) return new Thrown(thrown, false);
        return new Thrown(cause, !by.equals(CORE + "Single") && !by.equals(CORE + "Maybe"));
    }
}
