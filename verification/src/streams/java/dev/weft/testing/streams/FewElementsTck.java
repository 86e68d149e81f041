package dev.weft.testing.streams;

import org.testng.annotations.Test;

/**
 * The Reactive Streams TCK for a publisher of one element or none. Tests of the kit that name a greater number than
 * they need run with the elements there are. Tests that do need more are not applicable, and the kit skips them:
 *
 * <ul>
 *   <li>three elements or more: {@code createPublisher3}, 1.1, 1.2, 1.3, 1.5 (the end after three), 1.11 (three of
 *       multicast, which compare sequences), 3.12 (twenty, of which it takes some), 3.17 (two that count three);
 *   <li>one element, so not applicable if there is none: {@code createPublisher1}, 1.7, 3.6, 3.7, 3.9 (three; the end comes
 *       without a request), 3.13.
 * </ul>
 */
public abstract class FewElementsTck extends PublisherTck {
    private final long most;
    private boolean fewDo;

    protected FewElementsTck(long most) {
        this.most = most;
    }

    @Override
    public long maxElementsFromPublisher() {
        return most;
    }

    @Override
    public void activePublisherTest(long elements, boolean completion, PublisherTestRun<Long> body) throws Throwable {
        super.activePublisherTest(fewDo ? Math.min(elements, most) : elements, completion, body);
    }

    @Override
    public void optionalActivePublisherTest(long elements, boolean completion, PublisherTestRun<Long> body)
            throws Throwable {
        super.optionalActivePublisherTest(fewDo ? Math.min(elements, most) : elements, completion, body);
    }

    @Override
    @Test
    public void optional_spec111_maySupportMultiSubscribe() throws Throwable {
        with(0, super::optional_spec111_maySupportMultiSubscribe);
    }

    @Override
    @Test
    public void optional_spec111_registeredSubscribersMustReceiveOnNextOrOnCompleteSignals() throws Throwable {
        with(0, super::optional_spec111_registeredSubscribersMustReceiveOnNextOrOnCompleteSignals);
    }

    @Override
    @Test
    public void required_spec302_mustAllowSynchronousRequestCallsFromOnNextAndOnSubscribe() throws Throwable {
        with(0, super::required_spec302_mustAllowSynchronousRequestCallsFromOnNextAndOnSubscribe);
    }

    @Override
    @Test
    public void required_spec303_mustNotAllowUnboundedRecursion() throws Throwable {
        with(0, super::required_spec303_mustNotAllowUnboundedRecursion);
    }

    @Override
    @Test
    public void required_spec306_afterSubscriptionIsCancelledRequestMustBeNops() throws Throwable {
        with(1, super::required_spec306_afterSubscriptionIsCancelledRequestMustBeNops);
    }

    @Override
    @Test
    public void required_spec309_requestZeroMustSignalIllegalArgumentException() throws Throwable {
        with(1, super::required_spec309_requestZeroMustSignalIllegalArgumentException);
    }

    @Override
    @Test
    public void required_spec309_requestNegativeNumberMustSignalIllegalArgumentException() throws Throwable {
        with(1, super::required_spec309_requestNegativeNumberMustSignalIllegalArgumentException);
    }

    @Override
    @Test
    public void optional_spec309_requestNegativeNumberMaySignalIllegalArgumentExceptionWithSpecificMessage()
            throws Throwable {
        with(1, super::optional_spec309_requestNegativeNumberMaySignalIllegalArgumentExceptionWithSpecificMessage);
    }

    @Override
    @Test
    public void required_spec313_cancelMustMakeThePublisherEventuallyDropAllReferencesToTheSubscriber()
            throws Throwable {
        with(1, super::required_spec313_cancelMustMakeThePublisherEventuallyDropAllReferencesToTheSubscriber);
    }

    @Override
    @Test
    public void required_spec317_mustNotSignalOnErrorWhenPendingAboveLongMaxValue() throws Throwable {
        with(0, super::required_spec317_mustNotSignalOnErrorWhenPendingAboveLongMaxValue);
    }

    /** Runs a test of the kit with the elements there are, if it needs no more than this many. */
    private void with(long needed, TestOfTheKit test) throws Throwable {
        fewDo = most >= needed;
        try {
            test.run();
        } finally {
            fewDo = false;
        }
    }

    private interface TestOfTheKit {
        void run() throws Throwable;
    }
}
