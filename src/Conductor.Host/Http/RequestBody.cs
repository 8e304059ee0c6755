using System.Buffers;
using Conductor.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Conductor.Host.Http;

/// <summary>Reads a JSON body into memory, whole and capped; what it holds is for others to judge.</summary>
internal static class RequestBody
{
    /// <summary>Reads it, and keeps it for whoever reads it next.</summary>
    public static async Task<ReadOnlyMemory<byte>> KeepAsync(HttpContext context, long limit)
    {
        var bytes = await ReadAsync(context, limit);
        context.Features.Set(new Kept(bytes));
        return bytes;
    }

    /// <exception cref="ConductorException">Too large, not JSON by its own account, compressed, or not well-formed HTTP.</exception>
    /// <exception cref="OperationCanceledException">The caller left.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext context, long limit)
    {
        if (context.Features.Get<Kept>() is { } kept)
        {
            return kept.Bytes;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            // The limit is kept here, not by Kestrel, which would cut the connection: most clients are still writing then and never see the answer.
            // So Kestrel reads on for at most five seconds after the answer, and throws what it reads away.
            feature.MaxRequestBodySize = null;
        }

        CheckHeaders(context.Request);
        if (context.Request.ContentLength > limit)
        {
            throw HttpErrors.RequestTooLarge(limit);
        }

        try
        {
            return await ReadWholeAsync(context, limit);
        }
        catch (BadHttpRequestException failure)
        {
            throw HttpErrors.From(failure, limit);
        }
        catch (Exception failure) when (failure is IOException or InvalidOperationException)
        {
            // A trailer that is no text is an InvalidOperationException to the server.
            context.RequestAborted.ThrowIfCancellationRequested();
            throw HttpErrors.BadBody(failure);
        }
    }

    private static void CheckHeaders(HttpRequest request)
    {
        var encoding = request.Headers.ContentEncoding.ToString();
        if (encoding.Length > 0 && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            throw HttpErrors.UnsupportedEncoding(encoding);
        }

        var type = request.ContentType;
        if (type is null || type.Equals("application/json", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        if (!MediaTypeHeaderValue.TryParse(type, out var parsed)
            || !(parsed.SubType.Equals("json", StringComparison.OrdinalIgnoreCase) || parsed.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
            || (parsed.Charset.HasValue && !parsed.Charset.Value.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase)))
        {
            throw HttpErrors.UnsupportedMediaType(type);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadWholeAsync(HttpContext context, long limit)
    {
        var reader = context.Request.BodyReader;
        BodyPace? pace = null;
        while (true)
        {
            var reading = reader.ReadAsync(context.RequestAborted);
            var read = reading.IsCompleted ? await reading : await (pace ??= new BodyPace(context)).WaitAsync(reading.AsTask(), reader);
            pace?.Note(read.Buffer.Length);
            if (read.Buffer.Length > limit)
            {
                throw HttpErrors.RequestTooLarge(limit);
            }

            if (read.IsCompleted)
            {
                // Not pooled: what is kept of a call (a cache key, a parsed request) may outlive the response.
                var body = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return body;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>A body that has been read.</summary>
    private sealed record Kept(ReadOnlyMemory<byte> Bytes);
}
