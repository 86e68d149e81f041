package dev.weft.spring.boot;

import org.springframework.boot.diagnostics.FailureAnalysis;

/** Failures whose message ends with what to do, after the last semicolon. */
final class Advice {
    private Advice() {}

    static FailureAnalysis in(String message, Throwable cause) {
        int end = message.lastIndexOf("; ");
        return new FailureAnalysis(message.substring(0, end) + '.', message.substring(end + 2), cause);
    }
}
