package dev.weft.spi;

import static dev.weft.spi.Exploration.check;
import static dev.weft.spi.Exploration.together;
import static dev.weft.spi.Task.within;

import dev.weft.spi.Task.End;
import org.junit.jupiter.api.Test;

/** Joining a group: it ends when all members have, and neither sooner nor never. */
class MembersLincheckTest {
    @Test
    void theLastOfTheMembersEndsTheJoin() {
        Exploration.schedules(() -> {
            var fates = new Fates();
            var sources = new Source[2];
            var root = new Task(fates, () -> {
                for (Source source : sources) source.start();
                return null;
            });
            for (int i = 0; i < 2; i++) sources[i] = new Source(root, fates);
            together(root, () -> sources[0].value(1), () -> sources[1].value(2));
            check(root.end == End.SUCCEEDED, "not succeeded");
            check(sources[0].over && sources[1].over, "left behind");
            fates.areThoseOf(2);
        });
    }

    @Test
    void aCancelledGroupIsJoinedToo() {
        Exploration.schedules(() -> {
            var fates = new Fates();
            var sources = new Source[1];
            var root = new Task(
                    fates,
                    () -> within(false, () -> {
                        var source = new Source(Scope.current(), fates);
                        source.start();
                        sources[0] = source;
                        return null;
                    }));
            together(root, root::cancel);
            check(sources[0] == null || sources[0].over, "left behind");
        });
    }
}
