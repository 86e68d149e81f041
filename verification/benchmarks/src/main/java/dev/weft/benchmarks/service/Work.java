package dev.weft.benchmarks.service;

import java.util.Arrays;
import java.util.List;

/** What a service does for a request: a row of the comparison. The request is {@code GET /<id>}. */
public enum Work {
    /** A page made of three HTTP calls, one and then two at once, to a service that answers after 1 ms. */
    PAGE("a page of three HTTP calls") {
        @Override
        String answer(String id) {
            return "/user/" + id + " /orders/" + id + " /offers/" + id;
        }
    },
    /** In a transaction, one row is read and updated, and another inserted; the pool has 8 connections. */
    CRUD("a transaction that reads, updates and inserts") {
        @Override
        String answer(String id) {
            return "{\"id\":" + id + ",\"name\":\"item " + id + "\"}";
        }
    };

    private final String label;

    Work(String label) {
        this.label = label;
    }

    /** {@return the rows that names stand for: some, or {@code all}} */
    public static List<Work> named(String names) {
        return Names.named(Work.class, names);
    }

    /** {@return what it is} */
    public String label() {
        return label;
    }

    /** {@return its name, as in {@code page}} */
    public String id() {
        return Names.id(this);
    }

    /** {@return the styles it is written in} In a transaction, nothing is done at once. */
    List<Style> styles() {
        return Arrays.stream(Style.values())
                .filter(style ->
                        this == PAGE || style != Style.WEFT_VIRTUAL_MEMBERS && style != Style.WEFT_EVENT_LOOP_MEMBERS)
                .toList();
    }

    /** {@return what tables call a style} */
    public String label(Style style) {
        return this == PAGE ? style.label() : style.label().replace(", children", "");
    }

    /** {@return the right answer} */
    abstract String answer(String id);
}
