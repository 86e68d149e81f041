package dev.weft;

import dev.weft.Awaiting.Way;
import java.util.concurrent.Flow;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowSubscriberWhiteboxVerification;
import org.testng.annotations.AfterMethod;
import org.testng.annotations.BeforeMethod;
import org.testng.annotations.Test;

/** The white-box half of the Reactive Streams TCK for a subscriber of ours; the rules that it leaves untested are tested here. */
public abstract class WhiteboxTck extends FlowSubscriberWhiteboxVerification<Long> {
    final TestEnvironment environment;
    private final Way way;
    private final SubscriberRules rules;
    private HookLog hooks;
    private Awaiting awaiting;

    WhiteboxTck(Way way) {
        this(way, new TestEnvironment(PublisherTck.PATIENCE, PublisherTck.SILENCE, PublisherTck.SILENCE));
    }

    private WhiteboxTck(Way way, TestEnvironment environment) {
        super(environment);
        this.environment = environment;
        this.way = way;
        this.rules = new SubscriberRules(way);
    }

    @Override
    protected Flow.Subscriber<Long> createFlowSubscriber(WhiteboxSubscriberProbe<Long> probe) {
        awaiting = new Awaiting(way);
        return new Probed(awaiting, probe);
    }

    @Override
    public Long createElement(int element) {
        return (long) element;
    }

    /** Breaches and leftovers are what these tests are about: they are no news. */
    @BeforeMethod
    public void openHooks() {
        hooks = new HookLog();
    }

    /** Whatever the test has left open, the coroutine can be ended. */
    @AfterMethod
    public void endTheCoroutine() {
        if (awaiting != null) awaiting.coroutine.cancel();
        if (awaiting != null) awaiting.coroutine.joined();
        awaiting = null;
        hooks.close();
    }

    @Override
    @Test
    public void untested_spec202_shouldAsynchronouslyDispatch() {
        rules.rule2_02_aSignalReturnsWithoutWaitingForTheConsumer();
    }

    @Override
    @Test
    public void untested_spec204_mustConsiderTheSubscriptionAsCancelledInAfterRecievingOnCompleteOrOnError() {
        rules.rule2_04_nothingIsAskedAfterTheEnd();
    }

    @Override
    @Test
    public void untested_spec206_mustCallSubscriptionCancelIfItIsNoLongerValid() {
        rules.rule2_06_aSubscriptionThatIsNotNeededIsCancelled();
        rules.rule2_06_aSubscriptionThatComesTooLateIsCancelled();
    }

    @Override
    @Test
    public void
            untested_spec207_mustEnsureAllCallsOnItsSubscriptionTakePlaceFromTheSameThreadOrTakeCareOfSynchronization() {
        rules.rule2_07_requestsAreSerial();
    }

    @Override
    @Test
    public void untested_spec211_mustMakeSureThatAllCallsOnItsMethodsHappenBeforeTheProcessingOfTheRespectiveEvents() {
        rules.rule2_11_whatIsDoneBeforeASignalIsSeenBehindIt();
    }

    @Override
    @Test
    public void untested_spec212_mustNotCallOnSubscribeMoreThanOnceBasedOnObjectEquality_specViolation() {
        rules.rule2_12_aSecondOnSubscribeOfTheSameSubscriptionChangesNothing();
    }

    @Override
    @Test
    public void untested_spec213_failingOnSignalInvocation() {
        rules.rule2_13_noSignalThrowsWhateverTheConsumerDoes();
    }

    @Override
    @Test
    public void untested_spec301_mustNotBeCalledOutsideSubscriberContext() {
        rules.rule3_01_onlyTheSubscriberAsks();
    }

    @Override
    @Test
    public void untested_spec310_requestMaySynchronouslyCallOnNextOnSubscriber() {
        rules.rule3_10_aRequestMayGiveTheValues();
    }

    @Override
    @Test
    public void untested_spec311_requestMaySynchronouslyCallOnCompleteOrOnError() {
        rules.rule3_11_aRequestMayEndTheStream();
    }

    @Override
    @Test
    public void untested_spec314_cancelMayCauseThePublisherToShutdownIfNoOtherSubscriptionExists() {
        rules.rule3_14_aSourceThatEndsWhenItIsCancelledChangesNothing();
    }

    @Override
    @Test
    public void untested_spec315_cancelMustNotThrowExceptionAndMustSignalOnError() {
        rules.rule3_15_aCancelThatThrowsChangesNothing();
    }

    @Override
    @Test
    public void untested_spec316_requestMustNotThrowExceptionAndMustOnErrorTheSubscriber() {
        rules.rule3_16_aRequestThatThrowsIsTheEnd();
    }

    /** Tells the kit what our subscriber was told. What the kit triggers is done by who makes our subscriber ask: the loop. */
    private record Probed(Awaiting awaiting, WhiteboxSubscriberProbe<Long> probe)
            implements Flow.Subscriber<Long>, SubscriberPuppet {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
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
