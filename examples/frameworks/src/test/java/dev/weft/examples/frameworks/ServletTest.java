package dev.weft.examples.frameworks;

import static dev.weft.Async.coroutine;
import static dev.weft.Async.run;
import static dev.weft.Async.withTimeoutOrNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.CancelledException;
import dev.weft.Supervisor;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Writer;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Wrapper;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tomcat, with a virtual thread for each request, and asynchronous servlets where there are few threads. */
class ServletTest extends ServerTest {
    private static final Duration SOON = Duration.ofMillis(20);

    private final Tomcat tomcat = new Tomcat();
    private final Supervisor supervisor = Supervisor.open("requests");

    @TempDir
    private Path folder;

    @BeforeEach
    void start() throws LifecycleException {
        tomcat.setBaseDir(folder.toString());
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        tomcat.getConnector().setProperty("useVirtualThreads", "true");
        Context context = tomcat.addContext("", null);
        Tomcat.addServlet(context, "pages", new Pages()).addMapping("/*");
        Wrapper async = Tomcat.addServlet(context, "async", new Asynchronous());
        async.setAsyncSupported(true);
        async.addMapping("/async/*");
        tomcat.start();
    }

    @AfterEach
    void stop() throws LifecycleException {
        supervisor.close();
        tomcat.stop();
        tomcat.destroy();
    }

    @Override
    int port() {
        return tomcat.getConnector().getLocalPort();
    }

    private class Pages extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            TENANT.set("acme");
            answer(request, response);
        }
    }

    private void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        switch (request.getPathInfo()) {
            case "/hello" -> hello(request, response);
            case "/late" -> late(response);
            case "/ticks" -> ticks(response);
            case "/never" -> response.getWriter().write(shop.never());
            case "/supervised" -> supervised(response);
            default -> tenant(response);
        }
    }

    private void hello(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String name = request.getParameter("name");
        String page = run(() -> shop.hello(name));
        response.getWriter().write(page);
    }

    private void tenant(HttpServletResponse response) throws IOException {
        String tenant = run(() -> TENANT.get());
        response.getWriter().write(tenant + Thread.currentThread().isVirtual());
    }

    private void late(HttpServletResponse response) throws IOException {
        String page = withTimeoutOrNull(SOON, () -> shop.never());
        if (page == null) response.sendError(HttpServletResponse.SC_GATEWAY_TIMEOUT);
        else response.getWriter().write(page);
    }

    private void ticks(HttpServletResponse response) throws IOException {
        Writer out = response.getWriter();
        shop.ticks().forEach(tick -> {
            out.write(tick);
            response.flushBuffer(); // fails when the client has left, and the stream ends
        });
    }

    private void supervised(HttpServletResponse response) throws IOException {
        try {
            String page = supervisor.start(coroutine(() -> shop.never())).await();
            response.getWriter().write(page);
        } catch (CancelledException shutdown) { // the supervisor was closed
            response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        }
    }

    /** For a container with a few platform threads: none of them waits. */
    private final class Asynchronous extends Pages {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) {
            AsyncContext async = request.startAsync();
            async.setTimeout(0); // the limit is one of the body
            supervisor.launch("page", () -> answer(request, response)).whenComplete((done, failure) -> {
                if (failure instanceof CancelledException) response.setStatus(503);
                else if (failure != null) response.setStatus(500);
                async.complete();
            });
        }
    }

    @Test
    void aServletEntersACoroutine() throws Exception {
        assertThat(get("/hello?name=ann")).isEqualTo("hello ann");
    }

    @Test
    void aCoroutineHasTheThreadLocalsOfTheServlet() throws Exception {
        assertThat(get("/tenant")).isEqualTo("acmetrue");
    }

    @Test
    void aTimeLimitIsAnAnswer() throws Exception {
        assertThat(status("/late")).isEqualTo(504);
        assertThat(soon(shop.ended)).isInstanceOf(CancelledException.class);
    }

    @Test
    void aClientThatLeavesEndsAStreamAtItsNextWrite() throws Exception {
        Socket leaving = client("/ticks");
        assertThat(leaving.getInputStream().read()).isPositive();
        leaving.close();
        soon(shop.still);
    }

    @Test
    void closingTheSupervisorCancelsTheBodiesBeforeTheContainerStops() throws Exception {
        var answer = ask("/supervised");
        soon(shop.asked);
        supervisor.close();
        assertThat(soon(shop.ended)).isInstanceOf(CancelledException.class);
        assertThat(soon(answer).statusCode()).isEqualTo(503);
    }

    @Test
    void anAsynchronousServletStartsACoroutine() throws Exception {
        assertThat(get("/async/hello?name=ann")).isEqualTo("hello ann");
    }

    @Test
    void anAsynchronousServletHasTheSameLimits() throws Exception {
        assertThat(status("/async/late")).isEqualTo(504);
        assertThat(soon(shop.ended)).isInstanceOf(CancelledException.class);
    }

    @Test
    void closingTheSupervisorAnswersForAsynchronousServlets() throws Exception {
        var answer = ask("/async/never");
        soon(shop.asked);
        supervisor.close();
        assertThat(soon(answer).statusCode()).isEqualTo(503);
    }
}
