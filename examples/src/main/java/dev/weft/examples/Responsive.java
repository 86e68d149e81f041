package dev.weft.examples;

import static dev.weft.Async.await;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;

import dev.weft.CancelledException;
import dev.weft.Deferred;
import dev.weft.Dispatcher;
import java.awt.GraphicsEnvironment;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import javax.swing.JButton;
import javax.swing.JFrame;
import javax.swing.JLabel;
import javax.swing.JPanel;
import javax.swing.JProgressBar;
import javax.swing.SwingUtilities;
import org.jspecify.annotations.Nullable;

/**
 * A window that computes and stays responsive. Its coroutines run on Swing's event thread, so that they may use the
 * components, and free it whenever they wait. Needs JDK 24; without a display there is no frame, only its contents.
 *
 * <p>{@link SwingUtilities#isEventDispatchThread} returns false in them: their thread is virtual, and the event thread
 * carries it.
 */
public final class Responsive {
    private static final int STEPS = 3;

    private final PrintStream out;
    private final Dispatcher swing;
    private final JButton start = new JButton("start");
    private final JButton cancel = new JButton("cancel");
    private final JButton click = new JButton("click me");
    private final JProgressBar bar = new JProgressBar(0, STEPS);
    private final JLabel text = new JLabel("press start");
    private final AtomicInteger clicks = new AtomicInteger();
    private @Nullable Deferred<Integer> work;

    private Responsive(PrintStream out, Dispatcher swing) {
        this.out = out;
        this.swing = swing;
        start.addActionListener(pressed -> {
            clicks.set(0);
            work = coroutine(this::compute).on(swing).start();
        });
        cancel.addActionListener(pressed -> {
            if (work != null) work.cancel();
        });
        click.addActionListener(pressed -> clicks.incrementAndGet());
        text.addPropertyChangeListener("text", changed -> tell(changed.getNewValue()));
    }

    public static void main(String[] args) {
        Example.main(Responsive.class, Responsive::open);
    }

    /** Opens the window, uses it and closes it. */
    static void open(PrintStream out) {
        Dispatcher swing = Dispatcher.on(SwingUtilities::invokeLater);
        await(coroutine(() -> new Responsive(out, swing).show()).on(swing));
    }

    private int show() {
        var panel = new JPanel();
        for (var component : List.of(start, cancel, click, bar, text)) panel.add(component);
        if (GraphicsEnvironment.isHeadless()) return use();
        var frame = new JFrame("Responsive");
        frame.add(panel);
        frame.setSize(700, 90);
        frame.setVisible(true);
        try {
            return use();
        } finally {
            frame.dispose();
        }
    }

    /** What happens when start is pressed. The code reads as if it held the event thread all the time. */
    private int compute() {
        var stop = new AtomicBoolean();
        start.setEnabled(false);
        try {
            for (int step = 1; step <= STEPS; step++) {
                int enough = step;
                BooleanSupplier done = () -> stop.get() || clicks.get() >= enough;
                int primes = await(CompletableFuture.supplyAsync(() -> primes(done)));
                bar.setValue(step);
                text.setText("step " + step + ": " + primes + " primes, and clicks so far: " + clicks);
            }
            text.setText("finished");
            return STEPS;
        } catch (CancelledException cancelled) {
            text.setText("cancelled after step " + bar.getValue());
            throw cancelled;
        } finally {
            stop.set(true);
            bar.setValue(0);
            start.setEnabled(true);
        }
    }

    /** Computes off the event thread; for this example, until a click has been answered meanwhile. */
    private static int primes(BooleanSupplier done) {
        int primes;
        do
            primes = (int) IntStream.range(2, 100_000)
                    .filter(n -> IntStream.rangeClosed(2, (int) Math.sqrt(n)).noneMatch(divisor -> n % divisor == 0))
                    .count();
        while (!done.getAsBoolean());
        return primes;
    }

    // --- the user

    private int use() {
        press(start);
        for (int step = 1; step < STEPS; step++) {
            press(click);
            until("step " + step);
        }
        press(click);
        Check.same(STEPS, await(Objects.requireNonNull(work)), "the number of steps");
        press(start);
        press(click);
        until("step 1");
        press(cancel);
        until("cancelled after step 1");
        Check.same(1, clicks.get(), "the number of clicks");
        Check.that(start.isEnabled(), "start cannot be pressed again");
        return clicks.get();
    }

    private static void press(JButton button) {
        SwingUtilities.invokeLater(button::doClick);
    }

    private void until(String beginning) {
        while (!text.getText().startsWith(beginning)) delay(Duration.ofMillis(1));
    }

    private void tell(Object text) {
        String thread = Thread.currentThread().toString(); // a virtual thread, with its carrier
        out.println(text);
        Check.that(thread.contains("AWT-EventQueue"), "the text was changed on " + thread);
    }
}
