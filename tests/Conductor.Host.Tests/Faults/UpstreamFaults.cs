using System.Globalization;
using System.IO.Compression;
using System.Net.Sockets;
using System.Text;
using Conductor.Host.Tests.Support;

namespace Conductor.Host.Tests.Faults;

/// <summary>One way in which an upstream goes wrong, and what a caller is told of it.</summary>
/// <param name="Answer">What it sends.</param>
/// <param name="Statuses">The statuses that a caller may see.</param>
/// <param name="Code">The error's code; null = of no matter, or none.</param>
/// <param name="RetryAfter">What `retry-after` says; null = it is not there.</param>
internal sealed record UpstreamFault(Func<Socket, CancellationToken, Task> Answer, int[] Statuses, string? Code = null, string? RetryAfter = null);

/// <summary>The upstream's faults by name. Texts of theirs bear a canary: it stands for whatever an upstream may say, and is no caller's to see.</summary>
internal static class UpstreamFaults
{
    public const string Canary = "upstream-canary-7c1f";

    private const string Message = """{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":USAGE}""";
    private const string Usage = """{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}""";
    private const string Error = $$$"""{"error":{"message":"{{{Canary}}} sk-0123456789abcdef","type":"t","param":null,"code":null}}""";

    public static string Whole(string usage = Usage) => Message.Replace("USAGE", usage, StringComparison.Ordinal);

    public static IReadOnlyDictionary<string, UpstreamFault> All { get; } = new Dictionary<string, UpstreamFault>(StringComparer.Ordinal)
    {
        ["429@2"] = Refusal("429 Too Many Requests", 429, "rate_limit_exceeded", "retry-after: 2\r\n", "2"),
        ["429_ms"] = Refusal("429 Too Many Requests", 429, "rate_limit_exceeded", "retry-after-ms: 1500\r\n", "2"),
        ["429_date_past"] = Refusal("429 Too Many Requests", 429, "rate_limit_exceeded", "retry-after: Wed, 21 Oct 2015 07:28:00 GMT\r\n", "1"),
        ["429_none"] = Refusal("429 Too Many Requests", 429, "rate_limit_exceeded"),
        ["429_huge"] = Refusal("429 Too Many Requests", 429, "rate_limit_exceeded", "retry-after: 999999999\r\n", "86400"),
        ["429_bad"] = Refusal("429 Too Many Requests", 429, "rate_limit_exceeded", "retry-after: banana\r\n"),
        ["429_infinite"] = Refusal("429 Too Many Requests", 429, "rate_limit_exceeded", "retry-after: Infinity\r\n"),
        ["500"] = Refusal("500 Internal Server Error", 502, "upstream_error"),
        ["503"] = Refusal("503 Service Unavailable", 503, "upstream_overloaded", "retry-after: 3\r\n", "3"),
        ["529"] = Refusal("529 Overloaded", 503, "upstream_overloaded"),
        ["599"] = Refusal("599 Odd", 502, "upstream_error"),
        ["502_html"] = new(Text(RawUpstream.Http($"<html>{Canary}</html>", "502 Bad Gateway", "content-type: text/html\r\n")), [502], "upstream_error"),
        ["401_echo"] = Refusal("401 Unauthorized", 502, "upstream_credentials_exhausted"),
        ["403"] = Refusal("403 Forbidden", 502, "upstream_credentials_exhausted"),
        ["400"] = Refusal("400 Bad Request", 400, "invalid_request"),
        ["404"] = Refusal("404 Not Found", 404, "model_not_found"),
        ["hang"] = new((_, token) => Task.Delay(Timeout.InfiniteTimeSpan, token), [504], "upstream_timeout"),
        ["slow_headers"] = new((socket, token) => DripAsync(socket, "HTTP/1.1 200 OK\r\nx-a: " + new string('a', 4000), token), [504], "upstream_timeout"),
        ["slow_body"] = new((socket, token) => DripAsync(socket, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9000\r\n\r\n" + new string(' ', 9000), token, at: 80), [504], "upstream_timeout"),
        ["trunc_json"] = Invalid(Whole()[..60]),
        ["short_body"] = new(Text($"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{Whole()[..60]}"), [502], "upstream_unreachable"),
        ["empty_body"] = Invalid(""),
        ["bad_json"] = Invalid($"{{'{Canary}': nothing}}"),
        ["html_200"] = new(Text(RawUpstream.Http($"<html>{Canary}</html>", headers: "content-type: text/html\r\n")), [502], "upstream_invalid_response"),
        ["bad_utf8"] = new(Text(RawUpstream.Http("x").Replace("\r\n\r\nx", "\r\n\r\n", StringComparison.Ordinal).Replace("content-length: 1\r\n", "", StringComparison.Ordinal) + Whole().Replace("hi", "\xff\xfe", StringComparison.Ordinal)), [200, 502]),
        ["deep_json"] = Invalid("{\"choices\":" + new string('[', 100_000) + new string(']', 100_000) + "}"),
        ["array_root"] = Invalid("[1]"),
        ["null_choices"] = Invalid("""{"choices":null}"""),
        ["empty_choices"] = Invalid("""{"choices":[]}"""),
        ["dup_keys"] = new(Text(RawUpstream.Http(Whole().Replace("\"usage\":", "\"usage\":{\"prompt_tokens\":999999,\"completion_tokens\":999999},\"usage\":", StringComparison.Ordinal))), [200, 502]),
        ["wrong_ct"] = new(Text(RawUpstream.Http(Whole(), headers: "content-type: text/plain; charset=x-unknown\r\n")), [200]),
        ["no_ct"] = new(Text(RawUpstream.Http(Whole(), headers: "")), [200]),
        ["gzip_bomb"] = new(Gzipped, [502], "upstream_invalid_response"),
        ["huge_body"] = new(EndlessAsync, [502], "upstream_invalid_response"),
        ["huge_header"] = new(Text($"HTTP/1.1 200 OK\r\nx-big: {new string('h', 1024 * 1024)}\r\ncontent-length: 2\r\n\r\n{{}}"), [502], "upstream_invalid_response"),
        ["many_headers"] = new(Text("HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Range(0, 5_000).Select(i => $"x-{i}: {Canary}\r\n")) + "content-length: 2\r\n\r\n{}"), [502], "upstream_invalid_response"),
        ["bad_chunk"] = new(Text("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n"), [502]),
        ["te_and_cl"] = new(Text($"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n{Whole().Length.ToString("x", CultureInfo.InvariantCulture)}\r\n{Whole()}\r\n0\r\n\r\n"), [200, 502]),
        ["bad_status"] = new(Text("HTTP/1.1 abc Fine\r\n\r\n"), [502], "upstream_invalid_response"),
        ["not_http"] = new(Text("SSH-2.0-OpenSSH_9.6\r\n"), [502], "upstream_invalid_response"),
        ["flood_100"] = new(Text(string.Concat(Enumerable.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 1_000)) + RawUpstream.Http(Whole())), [200, 502]),
        ["crlf_inject"] = new(Text(RawUpstream.Http(Whole(), headers: $"content-type: application/json\r\nx-request-id: ok\nset-cookie: {Canary}=1\r\nset-cookie: {Canary}=2\r\nx-internal: {Canary}\r\n")), [200, 502]),
        ["http10"] = new(Text($"HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n{Whole()}"), [200]),
        ["reset"] = new((socket, _) => ResetAsync(socket), [502], "upstream_unreachable"),
        ["reset_headers"] = new((socket, token) => ResetAsync(socket, "HTTP/1.1 200 OK\r\ncontent-", token), [502], "upstream_unreachable"),
        ["reset_body"] = new((socket, token) => ResetAsync(socket, $"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{Whole()[..60]}", token), [502], "upstream_unreachable"),
        ["close"] = new((_, _) => Task.CompletedTask, [502], "upstream_unreachable"),
    };

    private static Func<Socket, CancellationToken, Task> Text(string answer) => (socket, token) => RawUpstream.SendAsync(socket, answer, token);

    private static UpstreamFault Refusal(string status, int expected, string code, string headers = "", string? retryAfter = null) =>
        new(Text(RawUpstream.Http(Error, status, $"content-type: application/json\r\nset-cookie: {Canary}=1\r\n{headers}")), [expected], code, retryAfter);

    private static UpstreamFault Invalid(string body) => new(Text(RawUpstream.Http(body)), [502], "upstream_invalid_response");

    private static async Task DripAsync(Socket socket, string text, CancellationToken cancellationToken, int at = 0)
    {
        await RawUpstream.SendAsync(socket, text[..at], cancellationToken);
        for (; at < text.Length; at++)
        {
            await RawUpstream.SendAsync(socket, text[at..(at + 1)], cancellationToken);
            await Task.Delay(20, cancellationToken);
        }
    }

    private static async Task ResetAsync(Socket socket, string before = "", CancellationToken cancellationToken = default)
    {
        await RawUpstream.SendAsync(socket, before, cancellationToken);
        RawUpstream.Reset(socket);
    }

    private static async Task EndlessAsync(Socket socket, CancellationToken cancellationToken)
    {
        await RawUpstream.SendAsync(socket, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{\"choices\":[", cancellationToken);
        var block = Encoding.ASCII.GetBytes(new string(' ', 64 * 1024));
        while (true)
        {
            await socket.SendAsync(block, cancellationToken);
        }
    }

    private static async Task Gzipped(Socket socket, CancellationToken cancellationToken)
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var block = new byte[1024 * 1024];
            block.AsSpan().Fill((byte)' ');
            for (var i = 0; i < 256; i++)
            {
                await gzip.WriteAsync(block, cancellationToken);
            }
        }

        await RawUpstream.SendAsync(socket, $"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: {packed.Length}\r\n\r\n", cancellationToken);
        await socket.SendAsync(packed.ToArray(), cancellationToken);
    }
}
