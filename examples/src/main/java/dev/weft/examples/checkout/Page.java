package dev.weft.examples.checkout;

import java.util.function.IntFunction;

/**
 * The only page: {@code POST /checkout/{item}}.
 *
 * @param checkout what it does with the number of an item
 */
public record Page(IntFunction<Receipt> checkout) {
    private static final String PATH = "/checkout/";

    /** An answer over HTTP. */
    public record Answer(int status, String body) {}

    /** {@return the answer to a request} */
    public Answer answer(String method, String path) {
        try {
            return new Answer(200, receipt(method, path).toString());
        } catch (Problem problem) {
            return new Answer(problem.status(), problem.reason());
        }
    }

    private Receipt receipt(String method, String path) {
        if (!path.startsWith(PATH)) throw new Problem(404, "no page " + path);
        if (!method.equals("POST")) throw new Problem(405, "a checkout is a POST");
        String item = path.substring(PATH.length());
        if (!item.matches("\\d{1,9}")) throw new Problem(400, "no number of an item: " + item);
        return checkout.apply(Integer.parseInt(item));
    }
}
