package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WhatBlockGetsWrongTest {
    @Test
    void eachDefectIsThereAndIsNotOurs() {
        assertThat(WhatBlockGetsWrong.measure())
                .containsExactly(
                        new Row(
                                "Mono fails with an AssertionError",
                                "throws ReactiveException",
                                "throws the AssertionError"),
                        new Row(
                                "1000 Monos fail with one shared exception",
                                "suppressed exceptions in it: 1000",
                                "suppressed exceptions in it: 1"),
                        new Row(
                                "Mono has a value, then an error",
                                "returns value, reports nothing",
                                "throws IllegalStateException, reports value"),
                        new Row(
                                "onError(null)",
                                "returns null, reports nothing",
                                "throws NullPointerException, reports violation of rule 2.13"),
                        new Row("NoClassDefFoundError on another thread", "hangs", "throws NoClassDefFoundError"),
                        new Row("interrupt, then onSubscribe", "cancels it: false", "cancels it: true"),
                        new Row("interrupt, then a value and an error", "reports nothing", "reports error and value"),
                        new Row(
                                "interrupt, and cancel() throws",
                                "throws IllegalStateException, interrupted: false",
                                "throws CancelledException, interrupted: true"),
                        new Row("first value of a Flux of 1000", "requests all", "requests 1"),
                        new Row(
                                "break at the third value of a Flux of 1000",
                                "requested 256, cancelled: false",
                                "requested 32, cancelled: true"),
                        new Row(
                                "loop over 1, 2, 3 and an error",
                                "sees [], then IllegalStateException",
                                "sees [1, 2, 3], then IllegalStateException"),
                        new Row(
                                "interrupt in hasNext(), then hasNext() again",
                                "hangs",
                                "throws CancelledException, then throws CancelledException"));
    }

    @Test
    void eachDefectOfRxJavaIsThereAndIsNotOurs() {
        assertThat(WhatBlockingGetGetsWrong.measure())
                .containsExactly(
                        new Row("Single fails with an IOException", "throws RuntimeException", "throws IOException"),
                        new Row(
                                "Single has two values",
                                "returns second, reports nothing",
                                "returns first, reports value and violation of rule 1.7"),
                        new Row(
                                "Single has a value, then an error",
                                "throws IllegalStateException, reports nothing",
                                "returns value, reports IllegalStateException and violation of rule 1.7"),
                        new Row(
                                "onSuccess(null)",
                                "returns null, reports nothing",
                                "throws NullPointerException, reports violation of rule 2.13"),
                        new Row(
                                "onError(null)",
                                "returns null, reports nothing",
                                "throws NullPointerException, reports violation of rule 2.13"),
                        new Row("NoClassDefFoundError on another thread", "hangs", "throws NoClassDefFoundError"),
                        new Row(
                                "interrupt",
                                "throws RuntimeException, interrupted: false",
                                "throws CancelledException, interrupted: true"),
                        new Row(
                                "interrupt, while another thread sleeps",
                                "reports UndeliverableException",
                                "reports nothing"),
                        new Row("first value of a Flowable of 1000", "requests all", "requests 1"),
                        new Row(
                                "break at the third value of a Flowable of 1000",
                                "requested 128, cancelled: false",
                                "requested 32, cancelled: true"),
                        new Row(
                                "loop over 1, 2, 3 and an error",
                                "sees [], then IllegalStateException",
                                "sees [1, 2, 3], then IllegalStateException"),
                        new Row(
                                "interrupt in hasNext(), then hasNext() again",
                                "throws RuntimeException, then returns false",
                                "throws CancelledException, then throws CancelledException"));
    }
}
