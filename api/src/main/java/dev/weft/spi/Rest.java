package dev.weft.spi;

/**
 * Whether a thread and everything started on it are at rest, as {@link Member#rest} defines it: parked where only
 * others wake them. Other threads ask, on a virtual clock, while anything may change; so one look means nothing, and
 * two equal answers mean that all was at rest in between.
 */
final class Rest {
    private Rest() {}

    /**
     * As {@link Member#rest}, for the thread, which must be parked in the innermost scope inside this one, and for all
     * members on the way.
     */
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

    /**
     * As {@link Member#rest}, for the members of a scope that the thread has stepped out of, and of the scopes inside
     * it.
     */
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
