using System.Globalization;
using System.Text;
using Conductor.Calls;
using Conductor.Dialects;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Providers;
using Microsoft.Extensions.AI;

namespace Conductor.Core.Tests.Machine;

/// <summary>
/// A wire small enough to read in a test. A request is `name=value;…`; a whole answer is `text…|usage:IN,OUT`; a stream is one event a line:
/// `role`, `text:…`, `usage:IN,OUT`, `finish`, `end`, `error`, `bad`.
/// </summary>
internal sealed class LineDialect : IDialect
{
    public string Name => "lines";

    public ReadOnlyMemory<byte> StreamEnd { get; init; } = "end\n"u8.ToArray();

    public DialectPeek Peek(ReadOnlyMemory<byte> body)
    {
        var fields = Fields(body);
        return new DialectPeek
        {
            Model = fields.GetValueOrDefault("model"),
            Temperature = fields.TryGetValue("temperature", out var temperature) ? double.Parse(temperature, CultureInfo.InvariantCulture) : null,
            MaxTokens = fields.TryGetValue("max_tokens", out var tokens) ? int.Parse(tokens, CultureInfo.InvariantCulture) : null,
            WantsUsage = fields.ContainsKey("wants_usage"),
        };
    }

    public ChatRequest ParseChat(ReadOnlyMemory<byte> body)
    {
        var fields = Fields(body);
        return fields.TryGetValue("text", out var text)
            ? new ChatRequest([new ChatMessage(ChatRole.User, text)], new ChatOptions())
            : throw new InvalidRequestException("'text' is missing.", "text");
    }

    public EmbeddingRequest ParseEmbeddings(ReadOnlyMemory<byte> body) => new([Fields(body)["text"]], null);

    public ReadOnlyMemory<byte> Splice(ReadOnlyMemory<byte> body, DialectPeek peek, string modelId) =>
        Encoding.UTF8.GetBytes($"to={modelId};{Encoding.UTF8.GetString(body.Span)}");

    public TokenUsage? ScanResponse(ReadOnlySpan<byte> response, RawEndpoint endpoint)
    {
        var text = Encoding.UTF8.GetString(response);
        if (text.StartsWith("error", StringComparison.Ordinal))
        {
            throw new ProviderException(ProviderErrorKind.ServerError, "an error inside a 200");
        }

        var usage = text.IndexOf("|usage:", StringComparison.Ordinal);
        return usage < 0 ? null : Usage(text[(usage + 1)..]);
    }

    public IDialectStream OpenStream(Stream body, int maxEventBytes) => new LineStream(body);

    private static Dictionary<string, string> Fields(ReadOnlyMemory<byte> body) => Encoding.UTF8.GetString(body.Span)
        .Split(';', StringSplitOptions.RemoveEmptyEntries)
        .Select(field => field.Split('=', 2))
        .ToDictionary(pair => pair[0], pair => pair.Length > 1 ? pair[1] : "");

    private static TokenUsage Usage(string line)
    {
        var counts = line["usage:".Length..].Split(',');
        return new TokenUsage
        {
            InputTokens = long.Parse(counts[0], CultureInfo.InvariantCulture),
            OutputTokens = long.Parse(counts[1], CultureInfo.InvariantCulture),
        };
    }

    private sealed class LineStream(Stream body) : IDialectStream
    {
        private readonly byte[] _one = new byte[1];

        public ReadOnlyMemory<byte> Raw { get; private set; }

        public DialectEvent Event { get; private set; }

        public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
        {
            List<byte> line = [];
            while (true)
            {
                int read;
                try
                {
                    read = await body.ReadAsync(_one, cancellationToken);
                }
                catch (IOException broken)
                {
                    throw new ProviderException(ProviderErrorKind.Network, "the connection broke", broken);
                }

                if (read == 0)
                {
                    return false;
                }

                line.Add(_one[0]);
                if (_one[0] == (byte)'\n')
                {
                    break;
                }
            }

            Raw = line.ToArray();
            var text = Encoding.UTF8.GetString(Raw.Span).TrimEnd('\n');
            Event = new DialectEvent
            {
                HasContent = text.StartsWith("text:", StringComparison.Ordinal),
                IsFinished = text == "finish",
                IsEnd = text == "end",
                IsError = text == "error",
                IsInvalid = text == "bad",
                IsUsageOnly = text.StartsWith("usage:", StringComparison.Ordinal),
                Usage = text.StartsWith("usage:", StringComparison.Ordinal) ? Usage(text) : null,
            };
            return true;
        }

        public ValueTask DisposeAsync() => body.DisposeAsync();
    }
}
