package dev.weft.benchmarks;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Groups of horizontal bars, drawn as SVG that is readable in light and dark. The axis is logarithmic where the bars
 * differ by more than 50 times.
 *
 * @param title what is measured, with its unit
 * @param series what the bars of a group stand for
 * @param groups the groups, from top to bottom
 */
record Chart(String title, List<String> series, List<Group> groups) {
    private static final int WIDTH = 720;
    private static final int MARGIN = 16;
    private static final int BAR = 14;
    private static final int GAP = 8;
    private static final int LINE = 22;
    private static final int NUMBER = 60;

    /** A letter is not wider than this on average, in any font without serifs. */
    private static final double LETTER = 7;

    private static final double LOGARITHMIC = 50;
    private static final String STYLE = """
            <style>
            text { font: 12px system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; fill: #24292f }
            .title { font-weight: 600 }
            .paper { fill: #ffffff }
            .peer { fill: #8c959f }
            .weft { fill: #0969da }
            @media (prefers-color-scheme: dark) {
            text { fill: #e6edf3 }
            .paper { fill: #161b22 }
            .peer { fill: #7d8590 }
            .weft { fill: #4493f8 }
            }
            </style>
            <rect class="paper" width="100%" height="100%" rx="6"/>
            """;

    Chart {
        if (MARGIN * 2 + title.length() * LETTER > WIDTH)
            throw new IllegalArgumentException("the title does not fit: " + title);
        for (Group group : groups)
            if (group.values.length != series.size())
                throw new IllegalArgumentException(
                        "%d series, but %d values of %s".formatted(series.size(), group.values.length, group.label));
    }

    /**
     * Bars that belong together.
     *
     * @param label what they are of
     * @param isWeft whether that is Weft
     * @param values one for each series; not a number where there is none
     */
    record Group(String label, boolean isWeft, double[] values) {}

    /** {@return the image} */
    String svg() {
        int legend = MARGIN + (isLogarithmic() ? 2 : 1) * LINE;
        int top = series.size() == 1 ? legend : legend + LINE;
        int height = series.size() * BAR + GAP;
        return svg(top + groups.size() * height + MARGIN - GAP)
                + text("class=\"title\"", MARGIN, MARGIN + BAR - 2, title)
                + (isLogarithmic() ? text("", MARGIN, MARGIN + LINE + BAR - 2, "The axis is logarithmic.") : "")
                + legend(legend)
                + IntStream.range(0, groups.size())
                        .mapToObj(i -> group(groups.get(i), top + i * height))
                        .collect(Collectors.joining())
                + "</svg>\n";
    }

    private static String svg(int height) {
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%1$d\" height=\"%2$d\" viewBox=\"0 0 %1$d %2$d\">\n%3$s"
                .formatted(WIDTH, height, STYLE);
    }

    private String legend(int y) {
        if (series.size() == 1) return "";
        var legend = new StringBuilder();
        double x = MARGIN;
        for (int i = 0; i < series.size(); i++) {
            legend.append(bar("weft", i, x, y, BAR)).append(text("", x + BAR + 6, y + BAR - 3, series.get(i)));
            x += BAR + 6 + series.get(i).length() * LETTER + MARGIN;
        }
        return legend.toString();
    }

    private String group(Group group, int y) {
        int middle = y + series.size() * BAR / 2;
        var drawn = new StringBuilder(text("text-anchor=\"end\"", left() - 8, middle + 4, group.label));
        for (int i = 0; i < series.size(); i++) {
            double value = group.values[i];
            double length = length(value);
            drawn.append(bar(group.isWeft ? "weft" : "peer", i, left(), y + i * BAR, length));
            drawn.append(text("", left() + length + 6, y + i * BAR + BAR - 3, Numbers.rounded(value)));
        }
        return drawn.toString();
    }

    /** {@return where the bars begin: the labels end there} */
    private double left() {
        int longest =
                groups.stream().mapToInt(group -> group.label.length()).max().orElse(0);
        return MARGIN + longest * LETTER + 8;
    }

    private double length(double value) {
        double room = WIDTH - MARGIN - NUMBER - left();
        if (!(value > 0)) return 0;
        if (!isLogarithmic()) return room * value / max();
        double low = min() / 2; // so that the shortest bar is seen
        return room * Math.log(value / low) / Math.log(max() / low);
    }

    private boolean isLogarithmic() {
        return max() > LOGARITHMIC * min();
    }

    private double max() {
        return positive().max().orElse(1);
    }

    private double min() {
        return positive().min().orElse(1);
    }

    private DoubleStream positive() {
        return groups.stream()
                .flatMapToDouble(group -> DoubleStream.of(group.values))
                .filter(value -> value > 0);
    }

    private static String bar(String type, int series, double x, double y, double length) {
        return "<rect class=\"%s\" fill-opacity=\"%.2f\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/>\n"
                .formatted(type, Math.pow(0.65, series), x, y, length, BAR - 2);
    }

    private static String text(String attributes, double x, double y, String text) {
        String escaped = text.replace("&", "&amp;").replace("<", "&lt;");
        return "<text %s x=\"%.1f\" y=\"%.1f\">%s</text>\n".formatted(attributes, x, y, escaped);
    }
}
