using System.Globalization;
using System.Text;
using System.Text.Json;
using Conductor.Host.Lab.Wires;

namespace Conductor.Host.Lab.Requests;

/// <summary>One request as it goes over the wire.</summary>
/// <param name="Kind">What it was made from.</param>
/// <param name="Number">Which of the seed it is.</param>
/// <param name="Bytes">All of it.</param>
/// <param name="IsWhole">Whether head and framing are right, so that an answer must come and the connection goes on.</param>
/// <param name="MayFail">Whether the upstream fails it by its script.</param>
internal sealed record LabRequest(string Kind, long Number, byte[] Bytes, bool IsWhole, bool MayFail);

/// <summary>Breaks requests: values, bytes, addresses, headers, framing. The same seed makes the same requests.</summary>
internal sealed class RequestMutator
{
    private static readonly string[] Headers =
    [
        "x-conductor-timeout-ms: 1500", "x-conductor-timeout-ms: -1", "x-conductor-timeout-ms: 99999999999999999999", "x-conductor-max-attempts: 9", "x-conductor-max-attempts: two", "x-conductor-cache: refresh",
        "x-conductor-cache: perhaps", "x-conductor-strict: true", "x-conductor-strict: 1", "x-conductor-include-cost: true", "x-conductor-metadata: {\"a\":\"b\"}", "x-conductor-metadata: {\"a\":[1]}", "x-conductor-metadata: {",
        "x-conductor-metadata: {\"\\ud800\":1}", "x-conductor-unknown: 1", "x-request-id: mine", "x-request-id: ../../etc/passwd", "x-request-id: \u00e9", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "traceparent: zz", "anthropic-version: 2023-06-01", "anthropic-beta: a,b", "content-type: text/plain", "content-type: application/json; charset=utf-16", "content-type: application/vnd.api+json", "content-type: ;",
        "content-encoding: gzip", "accept: text/event-stream", "accept: */*;q=x", "authorization: Bearer x", "authorization: Bearer", "x-api-key: a", "api-key: b", "x-goog-api-key: a", "cookie: a=b; c", "origin: http://evil.example",
        "origin: null", "cache-control: no-store", "if-none-match: *", "range: bytes=0-1", "upgrade: websocket", "expect: 100-continue", "idempotency-key:", "idempotency-key: a\u0001b", "forwarded: for=1.2.3.4", "x-http-method-override: DELETE", "te: trailers",
        "connection: upgrade", "x-empty:", "x-odd: \u0001", "x-long: LONG",
    ];

    private static readonly string[] PathSplinters = ["%00", "%2e%2e/", "../", "//", ";a=b", "%2F", "%", "%zz", "%f0%28%8c%28", "?", "?stream=maybe", "&key=x", "#", "\\", "%0d%0a", "é", ":", ":batch", "/x", "%C0%AF", "{", "'", "%ed%a0%80"];

    private static readonly string[] Methods = ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "POST", "get", "X"];

    private static readonly byte[] Failing = Encoding.ASCII.GetBytes(RequestBases.Failing);

    private readonly int _seed;
    private readonly IReadOnlyList<RequestBase> _bases;
    private readonly JsonMutator _mutator;

    /// <param name="seed">Of all requests.</param>
    public RequestMutator(int seed)
    {
        _seed = seed;
        _bases = RequestBases.All;
        List<JsonTree> trees = [.. _bases.Select(one => one.Body).OfType<JsonTree>()];
        _mutator = new JsonMutator(trees, [.. trees.SelectMany(NamesIn).DistinctBy(Convert.ToHexString)]);
    }

    /// <summary>How many right requests there are: they come first, unbroken.</summary>
    public int Right => _bases.Count;

    /// <summary>The request of this number; 0 and above.</summary>
    public LabRequest Make(long number)
    {
        var random = new Random(unchecked((_seed * 486_187_739) + (int)number));
        var isRight = number < _bases.Count;
        var made = isRight ? _bases[(int)number] : _bases[random.Next(_bases.Count)];
        var body = made.Body is null ? null : isRight ? made.Body.ToBytes() : Body(made.Body, random);
        var (method, path) = (made.Method, made.Path);
        var headers = new List<string> { "host: localhost" };
        var isWhole = true;
        if (!isRight)
        {
            if (random.Next(12) == 0)
            {
                path = Path(path, random);
                isWhole = path.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0;
            }

            if (random.Next(40) == 0)
            {
                method = Methods[random.Next(Methods.Length)];
            }

            for (var i = random.Next(3) == 0 ? random.Next(1, 4) : 0; i > 0; i--)
            {
                headers.Insert(random.Next(headers.Count + 1), Headers[random.Next(Headers.Length)].Replace("LONG", new string('l', 6_000), StringComparison.Ordinal));
            }
        }

        if (body is not null && !headers.Any(header => header.StartsWith("content-type:", StringComparison.Ordinal)))
        {
            headers.Add("content-type: application/json");
        }

        var bytes = Frame(method, path, headers, body, isRight ? null : random, ref isWhole);
        if (!isRight && random.Next(25) == 0)
        {
            bytes = BreakHead(bytes, random);
            isWhole = false;
        }

        // A method of no body, or one whose answer has none, says nothing of where the next answer begins.
        isWhole &= method is "GET" or "POST" && !headers.Any(header => header.StartsWith("connection:", StringComparison.Ordinal) || header.StartsWith("expect:", StringComparison.Ordinal) || header.Any(letter => letter is < ' ' or > '~'));
        return new LabRequest(made.Kind, number, bytes, isWhole, MayFail(bytes, body));
    }

    // The upstream fails by the model's name, which may stand in pieces, or escaped.
    private static bool MayFail(byte[] bytes, byte[]? body)
    {
        if (bytes.AsSpan().IndexOf(Failing) >= 0 || body.AsSpan().IndexOf(Failing) >= 0)
        {
            return true;
        }

        try
        {
            var reader = new Utf8JsonReader(body);
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.String && reader.ValueIsEscaped && reader.GetString()!.Contains(RequestBases.Failing, StringComparison.Ordinal))
                {
                    return true;
                }
            }
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // Nobody is asked with what is no JSON.
        }

        return false;
    }

    private byte[] Body(JsonTree tree, Random random)
    {
        var body = random.Next(8) == 0 ? tree.ToBytes() : _mutator.Mutate(tree, random);
        return random.Next(6) == 0 ? ByteMutator.Mutate(body, random) : body;
    }

    private static string Path(string path, Random random)
    {
        var at = random.Next(1, path.Length + 1);
        return random.Next(3) switch
        {
            0 => path[..at],
            1 => path[..at] + PathSplinters[random.Next(PathSplinters.Length)] + path[at..],
            _ => path.Replace("/", "/" + PathSplinters[random.Next(PathSplinters.Length)], StringComparison.Ordinal),
        };
    }

    private static byte[] Frame(string method, string path, List<string> headers, byte[]? body, Random? random, ref bool isWhole)
    {
        var head = new StringBuilder($"{method} {path} HTTP/1.1\r\n");
        var framing = body is null ? -1 : random?.Next(40) ?? 0;
        head.AppendJoin("\r\n", headers).Append("\r\n");
        var content = body ?? [];
        switch (framing)
        {
            case -1:
                break;
            case 1:
                isWhole = false; // it lies about its length
                head.Append(CultureInfo.InvariantCulture, $"content-length: {random!.Next(4) switch { 0 => "-1", 1 => $"{content.Length + 100}", 2 => $"{content.Length}, {content.Length}", _ => "99999999999999999999" }}\r\n");
                break;
            case 2 or 3 or 4:
                head.Append("transfer-encoding: chunked\r\n");
                content = Chunked(content, random!);
                if (framing == 4)
                {
                    content = ByteMutator.Mutate(content, random!);
                    isWhole = false;
                }

                break;
            default:
                head.Append(CultureInfo.InvariantCulture, $"content-length: {content.Length}\r\n");
                break;
        }

        head.Append("\r\n");
        return [.. Encoding.Latin1.GetBytes(head.ToString()), .. content];
    }

    private static byte[] Chunked(byte[] body, Random random)
    {
        using var output = new MemoryStream();
        for (var at = 0; at < body.Length;)
        {
            var length = Math.Min(body.Length - at, random.Next(1, Math.Max(2, body.Length)));
            output.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{length:x}{(random.Next(5) == 0 ? ";x=y" : "")}\r\n")));
            output.Write(body, at, length);
            output.Write("\r\n"u8);
            at += length;
        }

        output.Write(random.Next(5) == 0 ? "0\r\nx-trailer: a\r\n\r\n"u8 : "0\r\n\r\n"u8);
        return output.ToArray();
    }

    private static byte[] BreakHead(byte[] bytes, Random random)
    {
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        var head = end < 0 ? [] : ByteMutator.Mutate(bytes[..end], random);

        // Blank lines alone are no request: a connection may wait for one as long as it likes.
        return head.AsSpan().IndexOfAnyExcept((byte)'\r', (byte)'\n') < 0 ? bytes : [.. head, .. bytes[end..]];
    }

    private static IEnumerable<byte[]> NamesIn(JsonTree tree) => [.. tree.Names, .. tree.Items.SelectMany(NamesIn)];
}
