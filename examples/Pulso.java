import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A client of Pulso, written from contracts/openapi.json and contracts/asyncapi.json alone.
 *
 * <p>java Pulso.java send|report|watch [http://127.0.0.1:8080] (a JDK from 17 on, no packages)
 */
public final class Pulso {
    /** Seconds: `least` and a random part of `first`, later of `base` that doubles up to `longest`. */
    record Wait(double least, double first, double base, double longest) {
        void pause(int failures) throws InterruptedException {
            double spread = failures == 0 ? first : Math.min(longest, base * Math.pow(2, failures));
            Thread.sleep((long) (1000 * (least + ThreadLocalRandom.current().nextDouble() * spread)));
        }
    }

    static final Wait LOST = new Wait(0, 0, 0.5, 30);
    static final Map<Integer, Wait> WAITS =
            Map.of( // by close code, or status of the handshake
                    1012, new Wait(0, 1, 0.5, 30),
                    1013, new Wait(5, 5, 5, 60),
                    4008, new Wait(1, 4, 4, 4),
                    429, new Wait(5, 5, 5, 60),
                    503, new Wait(5, 5, 5, 60));
    static final Set<Integer> FINAL_CODES = Set.of(1002, 1007, 1008, 1009);
    static final Set<Integer> FINAL_STATUSES = Set.of(400, 401, 403, 405, 421, 426);
    static final int DEAD_AFTER = 12; // seconds of silence

    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .build();
    private final String origin;

    Pulso(String origin) {
        this.origin = origin;
    }

    /** Returns the receipt once the events are safe; throws when they may be lost. */
    String send(String events) throws IOException, InterruptedException {
        String key = UUID.randomUUID().toString(); // one for all attempts: they count once
        HttpRequest request =
                to("/eventos")
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", key)
                        .POST(HttpRequest.BodyPublishers.ofString(events))
                        .build();
        for (int attempt = 0; ; attempt++) {
            String why;
            boolean last = attempt == 29; // two minutes in all, more or less
            try {
                HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
                if (answer.statusCode() / 100 == 2) return answer.body();
                why = "HTTP " + answer.statusCode() + ": " + answer.body();
                last |= isFinal(answer);
            } catch (IOException error) {
                why = error.toString();
            }
            if (last) throw new IOException(why);
            System.err.println(why + "; trying again");
            new Wait(0, 0.1, 0.1, 10).pause(attempt);
        }
    }

    /** Whether it would be refused again. A 404 may be that of a proxy that is only starting. */
    static boolean isFinal(HttpResponse<?> answer) {
        int status = answer.statusCode();
        String type = answer.headers().firstValue("Content-Type").orElse("");
        boolean ofTheProxy = status == 404 && !type.equals("application/problem+json");
        return status / 100 == 4 && status != 408 && status != 429 && !ofTheProxy;
    }

    String report() throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(to("/reporte").build(), BodyHandlers.ofString());
        if (answer.statusCode() != 200) throw new IOException("HTTP " + answer.statusCode());
        return answer.body();
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create(origin + path)).timeout(Duration.ofSeconds(20));
    }

    /** Shows the counts at each change, through any number of connections; throws the reason. */
    void watch(Consumer<Map<String, Object>> show) throws IOException, InterruptedException {
        for (int failures = 0; ; failures++) {
            Viewer viewer = new Viewer(show);
            int code = viewer.run();
            if (FINAL_CODES.contains(code)) throw new IOException("the panel closed with " + code);
            if (FINAL_STATUSES.contains(code)) throw new IOException("refused with HTTP " + code);
            if (viewer.state != null) failures = 0;
            WAITS.getOrDefault(code, LOST).pause(failures);
        }
    }

    /** One connection. */
    private final class Viewer implements WebSocket.Listener {
        private record Ended(int code) {}

        private final Consumer<Map<String, Object>> show;
        private final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
        private final StringBuilder text = new StringBuilder();
        Map<String, Object> state;

        Viewer(Consumer<Map<String, Object>> show) {
            this.show = show;
        }

        /** Returns the close code, 1006 where there is none, or the status of a refused handshake. */
        int run() throws InterruptedException {
            URI address = URI.create(origin.replaceFirst("^http", "ws") + "/panel/ws");
            WebSocket socket;
            try {
                socket = http.newWebSocketBuilder().buildAsync(address, this).join();
            } catch (CompletionException error) {
                System.err.println(error.getCause());
                return error.getCause() instanceof WebSocketHandshakeException refused
                        ? refused.getResponse().statusCode()
                        : 1006;
            }
            try {
                while (true) {
                    Object next = heard.poll(DEAD_AFTER, TimeUnit.SECONDS);
                    if (next instanceof Ended ended) return ended.code;
                    if (next == null || !take((String) next)) return 1006;
                }
            } finally {
                socket.abort();
            }
        }

        /** Returns whether the message fits what came before: after a gap all must come anew. */
        @SuppressWarnings("unchecked")
        private boolean take(String message) {
            Map<String, Object> next = (Map<String, Object>) new Json(message).value();
            if (next.get("tipo").equals("cambio")) {
                if (state == null
                        || !state.get("epoca").equals(next.get("epoca"))
                        || !state.get("version").equals(next.get("previa"))) return false;
                Map<String, Object> merged = (Map<String, Object>) state.get("clientes");
                merged.putAll((Map<String, Object>) next.get("clientes"));
                merged.values().removeIf(count -> count == null);
                next.put("clientes", merged);
            } else if (!next.get("tipo").equals("instantanea")) {
                return true;
            }
            state = next;
            show.accept(state);
            return true;
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                heard.add(text.toString());
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            heard.add(new Ended(code));
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            heard.add(new Ended(1006));
        }
    }

    /** The JDK reads no JSON. Numbers become Double or Long; what comes here is well formed. */
    private static final class Json {
        private final String text;
        private int at;

        Json(String text) {
            this.text = text;
        }

        Object value() {
            return switch (next()) {
                case '{' -> object();
                case '[' -> array();
                case '"' -> string();
                default -> word();
            };
        }

        private char next() {
            while (" \t\r\n".indexOf(text.charAt(at)) >= 0) at++;
            return text.charAt(at);
        }

        private Map<String, Object> object() {
            Map<String, Object> found = new LinkedHashMap<>();
            for (at++; next() != '}'; ) {
                if (next() == ',') at++;
                next();
                String name = string();
                next();
                at++; // the colon
                found.put(name, value());
            }
            at++;
            return found;
        }

        private List<Object> array() {
            List<Object> found = new ArrayList<>();
            for (at++; next() != ']'; ) {
                if (next() == ',') at++;
                found.add(value());
            }
            at++;
            return found;
        }

        private String string() {
            StringBuilder found = new StringBuilder();
            for (at++; text.charAt(at) != '"'; at++) {
                if (text.charAt(at) != '\\') {
                    found.append(text.charAt(at));
                } else if (text.charAt(++at) == 'u') {
                    found.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
                    at += 4;
                } else {
                    int which = "bfnrt".indexOf(text.charAt(at));
                    found.append(which < 0 ? text.charAt(at) : "\b\f\n\r\t".charAt(which));
                }
            }
            at++;
            return found.toString();
        }

        private Object word() {
            int start = at;
            while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) at++;
            String found = text.substring(start, at);
            return switch (found) {
                case "true" -> true;
                case "false" -> false;
                case "null" -> null;
                default -> found.matches("-?[0-9]+") ? (Object) Long.valueOf(found) : Double.valueOf(found);
            };
        }
    }

    public static void main(String[] words) throws IOException, InterruptedException {
        PrintStream out =
                new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        Pulso pulso = new Pulso(words.length > 1 ? words[1] : "http://127.0.0.1:8080");
        switch (words[0]) {
            case "send" -> out.println(pulso.send("[{\"cliente\": \"ejemplo\"}]"));
            case "report" -> out.println(pulso.report());
            default -> pulso.watch(state -> out.println(state.get("total") + " " + state.get("clientes")));
        }
    }
}
