package dev.weft.examples;

import static dev.weft.Async.run;
import static dev.weft.reactor.ReactorAsync.awaitSingle;

import dev.weft.Async;
import dev.weft.examples.checkout.Checkout;
import dev.weft.examples.checkout.Engine;
import dev.weft.examples.checkout.Receipt;
import dev.weft.examples.checkout.Services;
import dev.weft.examples.checkout.Shop;
import dev.weft.examples.checkout.reactor.CheckoutWithOperators;
import dev.weft.examples.checkout.reactor.ReactorEngine;
import dev.weft.examples.checkout.rxjava.RxEngine;
import dev.weft.examples.checkout.upstream.Upstreams;
import java.io.PrintStream;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * A shop over HTTP, on Reactor or RxJava, and its {@link Customers}.
 *
 * <p>See {@link dev.weft.examples.checkout} for how the checkout is written.
 */
public final class CheckoutServer {
    private CheckoutServer() {}

    public static void main(String[] args) {
        try {
            serve(System.out);
        } catch (Check.Failed wrong) {
            System.out.flush();
            System.err.println("CheckoutServer: " + wrong.getMessage());
            System.exit(1);
        }
    }

    /** Serves customers with the checkout in await style; under Reactor, also with the checkout in operators. */
    static void serve(PrintStream out) {
        out.println("--- the checkout in await style, on " + Async.backend().id());
        List<String> await = serveInAwaitStyle(out);
        if (!Async.backend().id().equals("reactor")) return;
        out.println("--- the checkout with operators");
        Check.same(await, serveWithOperators(out), "what the checkout with operators answers");
        out.println("--- both gave the same answers");
    }

    /** {@return the answers} */
    static List<String> serveInAwaitStyle(PrintStream out) {
        Engine engine = engine();
        List<String> answers = serve(engine, services -> new Checkout(services)::checkout, out);
        Check.same(List.of(), engine.unhandled(), "what nobody handled");
        return answers;
    }

    /** {@return the answers} */
    static List<String> serveWithOperators(PrintStream out) {
        return serve(new ReactorEngine(), CheckoutServer::withOperators, out);
    }

    /** {@return the edges that go with the backend} */
    static Engine engine() {
        String backend = Async.backend().id();
        return switch (backend) {
            case "reactor" -> new ReactorEngine();
            case "rxjava" -> new RxEngine();
            default -> throw new Check.Failed("there is no HTTP server and no database here for " + backend);
        };
    }

    private static IntFunction<Receipt> withOperators(Services services) {
        var checkout = new CheckoutWithOperators(services);
        return item -> awaitSingle(checkout.checkout(item));
    }

    private static List<String> serve(
            Engine engine, Function<Services, IntFunction<Receipt>> checkout, PrintStream out) {
        try (engine;
                var upstreams = new Upstreams();
                var shop = Shop.open(engine, services(engine, upstreams), checkout);
                var oneByOne =
                        Shop.open(engine, services(engine, upstreams), services -> new Checkout(services)::oneByOne)) {
            var customers = new Customers(engine, upstreams, shop, out);
            List<String> answers = run(() -> customers.come(oneByOne));
            out.println("errors that nobody handled: " + engine.unhandled().size());
            return answers;
        }
    }

    private static Services services(Engine engine, Upstreams upstreams) {
        return Services.open(
                engine,
                upstreams.bank().port(),
                upstreams.carrier().port(),
                upstreams.recommendations().port(),
                Customers.PATIENCE);
    }
}
