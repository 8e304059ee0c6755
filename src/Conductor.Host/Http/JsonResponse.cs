using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Http;

/// <summary>Writes a small JSON answer.</summary>
internal static class JsonResponse
{
    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            using (var json = new Utf8JsonWriter(context.Response.BodyWriter))
            {
                write(json);
            }

            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        }
    }

    /// <summary>A body that is already there.</summary>
    public static async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.BodyWriter.WriteAsync(body, context.RequestAborted);
    }
}
