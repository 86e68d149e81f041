package dev.weft.testing.streams;

import dev.weft.testing.streams.Awaiting.Way;
import org.reactivestreams.Subscriber;
import org.reactivestreams.tck.SubscriberBlackboxVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.annotations.AfterMethod;
import org.testng.annotations.BeforeMethod;
import org.testng.annotations.Test;

/**
 * The black-box half of the Reactive Streams TCK for a subscriber of Weft; the rules that it leaves untested are tested
 * here.
 */
public abstract class BlackboxTck extends SubscriberBlackboxVerification<Long> implements Library {
    private final Way way;
    private WatchedHooks hooks;
    private Awaiting awaiting;

    protected BlackboxTck(Way way) {
        super(new TestEnvironment(PublisherTck.PATIENCE, PublisherTck.SILENCE, PublisherTck.SILENCE));
        this.way = way;
    }

    @Override
    @SuppressWarnings("unchecked") // the subscriber takes numbers
    public Subscriber<Long> createSubscriber() {
        awaiting = Awaiting.all(this, way);
        return (Subscriber<Long>) awaiting.subscriber();
    }

    @Override
    public Long createElement(int element) {
        return (long) element;
    }

    /** These tests are about breaches and leftovers, so they are not reported. */
    @BeforeMethod
    public void openHooks() {
        hooks = hooks();
    }

    /** Ends the coroutine, whatever the test has left open. */
    @AfterMethod
    public void endTheCoroutine() {
        if (awaiting != null) awaiting.coroutine.cancel();
        if (awaiting != null) awaiting.coroutine.joined();
        awaiting = null;
        hooks.close();
    }

    private SubscriberRules rules() {
        return new SubscriberRules(this, way);
    }

    @Override
    @Test
    public void untested_spec202_blackbox_shouldAsynchronouslyDispatch() {
        rules().rule2_02_aSignalReturnsWithoutWaitingForTheConsumer();
    }

    @Override
    @Test
    public void untested_spec204_blackbox_mustConsiderTheSubscriptionAsCancelledInAfterRecievingOnCompleteOrOnError() {
        rules().rule2_04_nothingIsAskedAfterTheEnd();
    }

    @Override
    @Test
    public void untested_spec206_blackbox_mustCallSubscriptionCancelIfItIsNoLongerValid() {
        rules().rule2_06_aSubscriptionThatIsNotNeededIsCancelled();
        rules().rule2_06_aSubscriptionThatComesTooLateIsCancelled();
    }

    @Override
    @Test
    public void
            untested_spec207_blackbox_mustEnsureAllCallsOnItsSubscriptionTakePlaceFromTheSameThreadOrTakeCareOfSynchronization() {
        rules().rule2_07_requestsAreSerial();
    }

    @Override
    @Test
    public void untested_spec208_blackbox_mustBePreparedToReceiveOnNextSignalsAfterHavingCalledSubscriptionCancel() {
        rules().rule2_08_signalsAfterACancellationAreTakenCareOf();
    }

    @Override
    @Test
    public void
            untested_spec211_blackbox_mustMakeSureThatAllCallsOnItsMethodsHappenBeforeTheProcessingOfTheRespectiveEvents() {
        rules().rule2_11_whatIsDoneBeforeASignalIsSeenBehindIt();
    }

    @Override
    @Test
    public void untested_spec212_blackbox_mustNotCallOnSubscribeMoreThanOnceBasedOnObjectEquality() {
        rules().rule2_12_aSecondOnSubscribeOfTheSameSubscriptionChangesNothing();
    }

    @Override
    @Test
    public void untested_spec213_blackbox_failingOnSignalInvocation() {
        rules().rule2_13_noSignalThrowsWhateverTheConsumerDoes();
    }

    @Override
    @Test
    public void untested_spec301_blackbox_mustNotBeCalledOutsideSubscriberContext() {
        rules().rule3_01_onlyTheSubscriberAsks();
    }

    @Override
    @Test
    public void untested_spec308_blackbox_requestMustRegisterGivenNumberElementsToBeProduced() {
        rules().rule3_08_whatIsRequestedIsWhatIsTaken();
    }

    @Override
    @Test
    public void untested_spec310_blackbox_requestMaySynchronouslyCallOnNextOnSubscriber() {
        rules().rule3_10_aRequestMayGiveTheValues();
    }

    @Override
    @Test
    public void untested_spec311_blackbox_requestMaySynchronouslyCallOnCompleteOrOnError() {
        rules().rule3_11_aRequestMayEndTheStream();
    }

    @Override
    @Test
    public void untested_spec314_blackbox_cancelMayCauseThePublisherToShutdownIfNoOtherSubscriptionExists() {
        rules().rule3_14_aSourceThatEndsWhenItIsCancelledChangesNothing();
    }

    @Override
    @Test
    public void untested_spec315_blackbox_cancelMustNotThrowExceptionAndMustSignalOnError() {
        rules().rule3_15_aCancelThatThrowsChangesNothing();
    }

    @Override
    @Test
    public void untested_spec316_blackbox_requestMustNotThrowExceptionAndMustOnErrorTheSubscriber() {
        rules().rule3_16_aRequestThatThrowsIsTheEnd();
    }
}
