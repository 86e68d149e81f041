package dev.weft.examples.checkout;

import java.util.List;
import java.util.Locale;

/** What the customer sees after a checkout. */
public record Receipt(int order, Item item, Quote shipping, List<String> others) {
    /** {@return this receipt with what others bought} */
    public Receipt with(List<String> others) {
        return new Receipt(order, item, shipping, others);
    }

    @Override
    public String toString() {
        String also = others.isEmpty() ? "" : "; others bought " + String.join(", ", others);
        return "order %d: %s, %s + %s for %s shipping%s"
                .formatted(order, item.name(), euros(item.cents()), euros(shipping.cents()), shipping.service(), also);
    }

    private static String euros(int cents) {
        return String.format(Locale.ROOT, "%d.%02d", cents / 100, cents % 100);
    }
}
