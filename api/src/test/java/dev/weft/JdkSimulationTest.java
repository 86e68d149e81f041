package dev.weft;

import dev.weft.test.simulation.Simulation;
import org.junit.jupiter.api.Nested;

/** The races that every backend runs, on the {@code jdk} backend. */
class JdkSimulationTest {
    @Nested
    class Awaits extends AwaitRaces {
        @Override
        protected World world(Simulation simulation) {
            return new JdkWorld(simulation);
        }
    }

    @Nested
    class Builders extends BuilderRaces {
        @Override
        protected World world(Simulation simulation) {
            return new JdkWorld(simulation);
        }
    }

    @Nested
    class Generators extends GeneratorRaces {
        @Override
        protected World world(Simulation simulation) {
            return new JdkWorld(simulation);
        }
    }

    @Nested
    class Iterations extends IterationRaces {
        @Override
        protected World world(Simulation simulation) {
            return new JdkWorld(simulation);
        }
    }

    @Nested
    class Listeners extends ListenerRaces {
        @Override
        protected World world(Simulation simulation) {
            return new JdkWorld(simulation);
        }
    }

    @Nested
    class Streams extends StreamRaces {
        @Override
        protected World world(Simulation simulation) {
            return new JdkWorld(simulation);
        }
    }
}
