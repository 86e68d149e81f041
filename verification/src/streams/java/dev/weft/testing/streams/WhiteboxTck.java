package dev.weft.testing.streams;

import dev.weft.testing.streams.Awaiting.Way;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.reactivestreams.tck.SubscriberWhiteboxVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.annotations.AfterMethod;
import org.testng.annotations.BeforeMethod;
import org.testng.annotations.Test;

/**
 * The white-box half of the Reactive Streams TCK for a subscriber of Weft; the rules that it leaves untested are tested
 * here.
 */
public abstract class WhiteboxTck extends SubscriberWhiteboxVerification<Long> implements Library {
    final TestEnvironment environment;
    private final Way way;
    private WatchedHooks hooks;
    private Awaiting awaiting;

    protected WhiteboxTck(Way way) {
        this(way, new TestEnvironment(PublisherTck.PATIENCE, PublisherTck.SILENCE, PublisherTck.SILENCE));
    }

    private WhiteboxTck(Way way, TestEnvironment environment) {
        super(environment);
        this.environment = environment;
        this.way = way;
    }

    @Override
    public Subscriber<Long> createSubscriber(WhiteboxSubscriberProbe<Long> probe) {
        awaiting = new Awaiting(this, way);
        return new Probed(awaiting, probe);
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
    public void untested_spec202_shouldAsynchronouslyDispatch() {
        rules().rule2_02_aSignalReturnsWithoutWaitingForTheConsumer();
    }

    @Override
    @Test
    public void untested_spec204_mustConsiderTheSubscriptionAsCancelledInAfterRecievingOnCompleteOrOnError() {
        rules().rule2_04_nothingIsAskedAfterTheEnd();
    }

    @Override
    @Test
    public void untested_spec206_mustCallSubscriptionCancelIfItIsNoLongerValid() {
        rules().rule2_06_aSubscriptionThatIsNotNeededIsCancelled();
        rules().rule2_06_aSubscriptionThatComesTooLateIsCancelled();
    }

    @Override
    @Test
    public void
            untested_spec207_mustEnsureAllCallsOnItsSubscriptionTakePlaceFromTheSameThreadOrTakeCareOfSynchronization() {
        rules().rule2_07_requestsAreSerial();
    }

    @Override
    @Test
    public void untested_spec211_mustMakeSureThatAllCallsOnItsMethodsHappenBeforeTheProcessingOfTheRespectiveEvents() {
        rules().rule2_11_whatIsDoneBeforeASignalIsSeenBehindIt();
    }

    @Override
    @Test
    public void untested_spec212_mustNotCallOnSubscribeMoreThanOnceBasedOnObjectEquality_specViolation() {
        rules().rule2_12_aSecondOnSubscribeOfTheSameSubscriptionChangesNothing();
    }

    @Override
    @Test
    public void untested_spec213_failingOnSignalInvocation() {
        rules().rule2_13_noSignalThrowsWhateverTheConsumerDoes();
    }

    @Override
    @Test
    public void untested_spec301_mustNotBeCalledOutsideSubscriberContext() {
        rules().rule3_01_onlyTheSubscriberAsks();
    }

    @Override
    @Test
    public void untested_spec310_requestMaySynchronouslyCallOnNextOnSubscriber() {
        rules().rule3_10_aRequestMayGiveTheValues();
    }

    @Override
    @Test
    public void untested_spec311_requestMaySynchronouslyCallOnCompleteOrOnError() {
        rules().rule3_11_aRequestMayEndTheStream();
    }

    @Override
    @Test
    public void untested_spec314_cancelMayCauseThePublisherToShutdownIfNoOtherSubscriptionExists() {
        rules().rule3_14_aSourceThatEndsWhenItIsCancelledChangesNothing();
    }

    @Override
    @Test
    public void untested_spec315_cancelMustNotThrowExceptionAndMustSignalOnError() {
        rules().rule3_15_aCancelThatThrowsChangesNothing();
    }

    @Override
    @Test
    public void untested_spec316_requestMustNotThrowExceptionAndMustOnErrorTheSubscriber() {
        rules().rule3_16_aRequestThatThrowsIsTheEnd();
    }

    /**
     * Tells the kit which signals our subscriber receives. What the kit triggers is done by the loop, which makes our
     * subscriber request.
     */
    private record Probed(Awaiting awaiting, WhiteboxSubscriberProbe<Long> probe)
            implements Subscriber<Long>, SubscriberPuppet {
        @Override
        public void onSubscribe(Subscription subscription) {
            awaiting.subscriber().onSubscribe(subscription);
            probe.registerOnSubscribe(this);
        }

        @Override
        public void onNext(Long value) {
            awaiting.subscriber().onNext(value);
            probe.registerOnNext(value);
        }

        @Override
        public void onError(Throwable failure) {
            awaiting.subscriber().onError(failure);
            probe.registerOnError(failure);
        }

        @Override
        public void onComplete() {
            awaiting.subscriber().onComplete();
            probe.registerOnComplete();
        }

        @Override
        public void triggerRequest(long elements) {
            awaiting.demand(elements);
        }

        @Override
        public void signalCancel() {
            awaiting.coroutine.cancel();
        }
    }
}
