package dev.weft.spi;

/**
 * Whether a thread and all that was started on it are at rest, as {@link Member#rest} says it: parked where only others wake them. Asked
 * by other threads, on a virtual clock, while anything may change; so one look means nothing, and two alike that all was at rest between.
 */
final class Rest {
    private Rest() {}

    /** As {@link Member#rest}, for the thread, if it is parked in the innermost scope from here, and all members on the way. */
    static long inside(Scope scope) {
        long sum = 0;
        for (Scope s = scope; ; ) {
            Members inside = s.started();
            long members = inside == null ? 0 : inside.rest();
            if (members == Member.RUNNING) return Member.RUNNING;
            sum += members;
            for (EmittingScope<?> beside = s.steppedOut(); beside != null; beside = beside.below()) {
                long rest = ofMembers(beside);
                if (rest == Member.RUNNING) return Member.RUNNING;
                sum += rest;
            }
            Scope inner = s.nested();
            if (inner == null) return isParked(s) ? sum + s.task().suspensions() : Member.RUNNING;
            s = inner;
        }
    }

    private static boolean isParked(Scope innermost) {
        Suspension in = innermost.suspended();
        return in == null || in == Suspension.AWAY ? innermost.task().waitsElsewhere() : in.isParked();
    }

    /** As {@link Member#rest}, for the members of a scope, which stands aside, and of those inside. */
    private static long ofMembers(Scope aside) {
        long sum = 0;
        for (Scope s = aside; s != null; s = s.nested()) {
            Members inside = s.started();
            long rest = inside == null ? 0 : inside.rest();
            if (rest == Member.RUNNING) return Member.RUNNING;
            sum += rest;
        }
        return sum;
    }
}
