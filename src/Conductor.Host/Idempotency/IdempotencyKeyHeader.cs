using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Conductor.Errors;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Idempotency;

/// <summary>The header that names a request, so that it is made once however often it is sent.</summary>
internal static class IdempotencyKeyHeader
{
    public const string Name = "Idempotency-Key";

    /// <summary>On every answer for which no call was made.</summary>
    public const string Replayed = "idempotency-replayed";

    private const int MaxLength = 255;

    private static readonly SearchValues<char> Printable = SearchValues.Create(Enumerable.Range(' ', '~' - ' ' + 1).Select(code => (char)code).ToArray());

    /// <summary>What stands for the key where it is kept: a digest, because callers put what they like into it. Null where there is none.</summary>
    /// <exception cref="InvalidRequestException">It is there twice, empty, too long, or not printable ASCII.</exception>
    public static string? Read(HttpRequest request) => request.Headers[Name] switch
    {
        [] => null,
        [{ Length: > 0 and <= MaxLength } key] when !key.AsSpan().ContainsAnyExcept(Printable) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(key))),
        [_] => throw new InvalidRequestException($"Header '{Name}' must be 1 to {MaxLength} printable ASCII characters.", Name, "invalid_value"),
        _ => throw new InvalidRequestException($"Header '{Name}' is there more than once.", Name, "invalid_value"),
    };
}
