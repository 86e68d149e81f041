package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.reactor.ReactorBackend;
import dev.weft.spi.Backend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BankTransferTest {
    @ParameterizedTest
    @MethodSource("dev.weft.examples.Told#backends")
    void aTransferIsMadeAsAWholeOrNotAtAll(Backend backend) throws Exception {
        trades("", backend);
    }

    @Test
    void onPostgreSqlAsWell() throws Exception {
        trades(Database.POSTGRESQL.url(), new ReactorBackend());
    }

    private static void trades(String database, Backend backend) throws Exception {
        assertThat(Told.by(out -> BankTransfer.trade(out, database), backend))
                .containsExactly(
                        "30 from ann to bob: ann has 70, bob has 30",
                        "500 from bob to ann: bob has too little: ann has 70, bob has 30",
                        "50 from ann to bob, cancelled half-way: ann has 70, bob has 30",
                        "40 at once, 20 of them accepted: ann has 50, bob has 50");
    }

    @Test
    void aDatabaseThatIsNotThereIsTold() throws Exception {
        var program = new Program(BankTransfer.class).with("-Dweft.backend=reactor", "-Ddatabase=r2dbc:nothing://here");
        assertThat(program.fail()).singleElement().asString().startsWith("BankTransfer: java.lang.IllegalState");
    }
}
