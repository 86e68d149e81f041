package dev.weft.testing.streams;

import static org.testng.Assert.assertEquals;

import dev.weft.testing.streams.Awaiting.Way;
import org.testng.annotations.Test;

/** {@code awaitFirst}, from inside. */
public abstract class AwaitFirstWhiteboxTck extends WhiteboxTck {
    protected AwaitFirstWhiteboxTck() {
        super(Way.FIRST);
    }

    /** The kit's own test expects a second value, which is never requested here. */
    @Override
    @Test
    public void required_exerciseWhiteboxHappyPath() throws Throwable {
        takesOne();
    }

    /** The kit's own test expects a second value, which is never requested here. */
    @Override
    @Test
    public void required_spec308_requestMustRegisterGivenNumberElementsToBeProduced() throws Throwable {
        takesOne();
    }

    private void takesOne() throws InterruptedException {
        var stage = new WhiteboxTestStage(environment);
        stage.puppet().triggerRequest(2);
        assertEquals(stage.expectRequest(), 1);
        stage.probe.expectNext(stage.signalNext());
        stage.expectCancelling();
        stage.expectNoRequest(PublisherTck.SILENCE);
        stage.verifyNoAsyncErrors();
    }
}
