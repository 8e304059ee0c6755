using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Conductor.Host.Dialects;
using Conductor.Settings;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Http;

/// <summary>Writes a small JSON answer.</summary>
internal static class JsonResponse
{
    private const string Json = "application/json";
    private const int PieceBytes = 16 * 1024;

    /// <summary>Quotes and letters stay as they are: these bodies are JSON to every client (`nosniff`), never part of a page.</summary>
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
        return WriteAsync(context, Body(write), Json);
    }

    /// <summary>An answer in a dialect.</summary>
    public static Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write, InboundDialect dialect) => WriteAsync(context, Body(write), dialect);

    /// <summary>A body that is already there.</summary>
    public static Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> body) => WriteAsync(context, body, Json);

    /// <summary>A body in a dialect that is already there.</summary>
    public static Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> body, InboundDialect dialect)
    {
        dialect.AddHeaders(context.Response.Headers, RequestIds.Of(context));
        return WriteAsync(context, body, dialect.ContentType);
    }

    private static ReadOnlyMemory<byte> Body(Action<Utf8JsonWriter> write)
    {
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body, Options))
        {
            write(json);
        }

        return body.WrittenMemory;
    }

    private static async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> body, string contentType)
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        LimitHeaders.Write(context);
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        if (body.Length <= PieceBytes)
        {
            await context.Response.BodyWriter.WriteAsync(body, context.RequestAborted);
            return;
        }

        await WritePiecesAsync(context, body);
    }

    // The server gives a client time for the whole of what is written at once: for an answer of some MiB, hours. So large ones go out in pieces, and each is to be taken.
    private static async Task WritePiecesAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        var limit = 3 * (context.RequestServices?.GetService<ISettings>()?.Current ?? new ConductorSettings()).Server.StallTimeout;
        var time = context.RequestServices?.GetService<TimeProvider>() ?? TimeProvider.System;
        for (var at = 0; at < body.Length; at += PieceBytes)
        {
            var writing = context.Response.BodyWriter.WriteAsync(body.Slice(at, Math.Min(PieceBytes, body.Length - at)), context.RequestAborted);
            if (writing.IsCompletedSuccessfully)
            {
                continue;
            }

            try
            {
                await writing.AsTask().WaitAsync(limit, time);
            }
            catch (TimeoutException)
            {
                context.Abort();
                throw new ClientGoneException();
            }
        }
    }
}
