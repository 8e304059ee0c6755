using System.Buffers;
using System.Text;
using Conductor.Host.Composition;
using Conductor.Settings;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Redaction;

/// <summary>
/// Hides secrets where texts leave: log lines, errors that callers are told, attributes of spans, what `/v1/status` and `/v1/plugins` say. It knows the secrets of the configuration, old ones included, and
/// what keys look like. Nothing should come to it that it has to hide; it is there for the day when something does. Thread-safe.
/// </summary>
internal sealed class SecretRedactor
{
    private static ReadOnlySpan<byte> Hidden => "***"u8;

    // A configuration that is changed for years keeps what it knew last.
    private const int MostSecrets = 10_000;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _secrets = new(StringComparer.Ordinal);
    private KnownSecrets _known = KnownSecrets.None;

    /// <summary>One that knows the secrets that the program was started with.</summary>
    public static SecretRedactor For(LaunchSettings launch)
    {
        var redactor = new SecretRedactor();
        redactor.Know(SecretSettings.Of(launch.Source.Environment));
        redactor.Know(launch.Current);
        return redactor;
    }

    /// <summary>The one that a request's server has; one that knows forms only, where there is no server.</summary>
    public static SecretRedactor Of(HttpContext context) => context.RequestServices?.GetService<SecretRedactor>() ?? Default;

    private static SecretRedactor Default { get; } = new();

    /// <summary>Adds the secrets of settings that come into force.</summary>
    public void Know(ConductorSettings settings) => Know(SecretSettings.Of(settings));

    /// <summary>Adds secrets.</summary>
    public void Know(IEnumerable<string> secrets)
    {
        lock (_gate)
        {
            var before = _secrets.Count;
            foreach (var secret in secrets.Where(_ => _secrets.Count < MostSecrets))
            {
                _secrets.Add(secret);
            }

            if (_secrets.Count != before)
            {
                Volatile.Write(ref _known, new KnownSecrets(_secrets));
            }
        }
    }

    /// <summary>The text without secrets; the same memory where there is none.</summary>
    /// <param name="text">UTF-8. Inside JSON it stays valid JSON.</param>
    public ReadOnlyMemory<byte> Clean(ReadOnlyMemory<byte> text)
    {
        var output = new ArrayBufferWriter<byte>();
        return TryClean(text.Span, output) ? output.WrittenMemory : text;
    }

    /// <summary>The text without secrets; the same one where there is none.</summary>
    public string? Clean(string? text)
    {
        if (text is null || text.Length < KnownSecrets.Shortest)
        {
            return text;
        }

        var output = new ArrayBufferWriter<byte>();
        return TryClean(Encoding.UTF8.GetBytes(text), output) ? Encoding.UTF8.GetString(output.WrittenSpan) : text;
    }

    /// <summary>Writes the text without its secrets; false, and nothing is written, where there is none. One pass, whatever the text.</summary>
    public bool TryClean(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        var known = Volatile.Read(ref _known);
        var next = known.IndexFrom(text, 0);
        var mayHold = SecretPatterns.MayHold(text);
        if (next < 0 && !mayHold)
        {
            return false;
        }

        var (written, at) = (0, 0);
        while (at < text.Length)
        {
            if (next >= 0 && next < at)
            {
                next = known.IndexFrom(text, at);
            }

            var (start, end, after) = at == next ? (at, at + known.LengthAt(text, at), at)
                : mayHold ? SecretPatterns.At(next < 0 ? text : text[..next], at)
                : (at, at, next < 0 ? text.Length : next);
            if (end == start)
            {
                at = after;
                continue;
            }

            output.Write(text[written..start]);
            output.Write(Hidden);
            (written, at) = (end, end);
        }

        if (written == 0)
        {
            return false;
        }

        output.Write(text[written..]);
        return true;
    }
}
