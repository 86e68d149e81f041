package dev.weft.rxjava;

import dev.weft.AwaitRaces;
import dev.weft.BuilderRaces;
import dev.weft.GeneratorRaces;
import dev.weft.IterationRaces;
import dev.weft.World;
import dev.weft.test.simulation.Simulation;
import org.junit.jupiter.api.Nested;

/** The races that every backend runs, on the backend {@code rxjava} through the types that cannot be asked to wait. */
class RxWithoutDemandSimulationTest {
    @Nested
    class Awaits extends AwaitRaces {
        @Override
        protected World world(Simulation simulation) {
            return new RxWorldWithoutDemand(simulation);
        }
    }

    @Nested
    class AwaitsOfOneValue extends AwaitRaces {
        @Override
        protected World world(Simulation simulation) {
            return new RxWorldWithoutDemand.OfOne(simulation);
        }
    }

    @Nested
    class Builders extends BuilderRaces {
        @Override
        protected World world(Simulation simulation) {
            return new RxWorldWithoutDemand(simulation);
        }
    }

    @Nested
    class Generators extends GeneratorRaces {
        @Override
        protected World world(Simulation simulation) {
            return new RxWorldWithoutDemand(simulation);
        }
    }

    @Nested
    class Iterations extends IterationRaces {
        @Override
        protected World world(Simulation simulation) {
            return new RxWorldWithoutDemand(simulation);
        }
    }
}
