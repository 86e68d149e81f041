package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.test.simulation.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

/** One run: a generator that notes what happens to each emit, and its subscriber on its own thread. */
final class Generated {
    final World world;
    final PlayedSubscriber subscriber = new PlayedSubscriber();
    final List<Object> made = new ArrayList<>();
    final List<Object> emitted = new ArrayList<>();
    final List<Object> refused = new ArrayList<>();
    boolean began;
    boolean ended;

    Generated(World world) {
        this.world = world;
    }

    void by(Generator<String> generator) {
        world.simulation.start(
                "subscriber",
                () -> world.subscribeMany(
                        out -> {
                            began = true;
                            try {
                                generator.generate(out);
                            } finally {
                                ended = true;
                            }
                        },
                        subscriber));
    }

    void emit(Emitter<String> out, String value) {
        made.add(value);
        try {
            out.emit(value);
            emitted.add(value);
        } catch (CancellationException cancelled) {
            refused.add(value);
            throw cancelled;
        }
    }

    void asks(int... counts) {
        world.simulation.start("requester", () -> {
            subscriber.untilSubscribed();
            for (int count : counts) subscriber.request(count);
        });
    }

    void leaves() {
        boolean late = world.simulation.coin();
        world.simulation.start("canceller", () -> {
            subscriber.untilSubscribed();
            if (late) Simulation.until("something was emitted", () -> !made.isEmpty() || ended);
            subscriber.cancel();
        });
    }

    /** Checks that what was emitted was seen, what was refused was discarded, and nothing else happened. */
    void over() {
        assertThat(subscriber.seen).containsAll(emitted);
        overBehindOperators();
    }

    /** The same as {@link #over} with operators in between: an emit returns when they have taken the value. */
    void overBehindOperators() {
        assertThat(ended).isEqualTo(began);
        world.conserved(made, subscriber.seen.toArray());
        if (!subscriber.hasLeft())
            assertThat(subscriber.completed + subscriber.failures.size()).isOne();
    }

    String outcome() {
        return subscriber.seen.size() + " seen, " + refused.size() + " refused";
    }
}
