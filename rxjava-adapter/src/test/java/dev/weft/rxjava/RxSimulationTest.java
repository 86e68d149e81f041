package dev.weft.rxjava;

import dev.weft.AwaitRaces;
import dev.weft.BuilderRaces;
import dev.weft.GeneratorRaces;
import dev.weft.IterationRaces;
import dev.weft.ListenerRaces;
import dev.weft.StreamRaces;
import dev.weft.World;
import dev.weft.test.simulation.Simulation;
import org.junit.jupiter.api.Nested;

/** The races that every backend runs, on the backend {@code rxjava}. */
class RxSimulationTest {
    @Nested
    class Awaits extends AwaitRaces {
        @Override
        protected World world(Simulation simulation) {
            return new RxWorld(simulation);
        }
    }

    @Nested
    class Builders extends BuilderRaces {
        @Override
        protected World world(Simulation simulation) {
            return new RxWorld(simulation);
        }
    }

    @Nested
    class Generators extends GeneratorRaces {
        @Override
        protected World world(Simulation simulation) {
            return new RxWorld(simulation);
        }
    }

    @Nested
    class Iterations extends IterationRaces {
        @Override
        protected World world(Simulation simulation) {
            return new RxWorld(simulation);
        }
    }

    @Nested
    class Listeners extends ListenerRaces {
        @Override
        protected World world(Simulation simulation) {
            return new RxWorld(simulation);
        }
    }

    @Nested
    class Streams extends StreamRaces {
        @Override
        protected World world(Simulation simulation) {
            return new RxWorld(simulation);
        }
    }
}
