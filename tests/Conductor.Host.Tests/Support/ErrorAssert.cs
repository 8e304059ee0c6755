using System.Net.Http.Json;
using System.Text.Json;

namespace Conductor.Host.Tests.Support;

/// <summary>Every error has one shape.</summary>
internal static class ErrorAssert
{
    /// <summary>Checks status, type, code and the shape; returns the `error` object.</summary>
    public static async Task<JsonElement> IsAsync(HttpResponseMessage response, int status, string type, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"status {(int)response.StatusCode}, wanted {status}: {text}");
        return Shape(response, JsonDocument.Parse(text).RootElement, type, code);
    }

    /// <summary>The same, and the member that it names.</summary>
    public static async Task IsAsync(HttpResponseMessage response, int status, string type, string code, string? param) =>
        Assert.Equal(param, (await IsAsync(response, status, type, code)).GetProperty("param").GetString());

    private static JsonElement Shape(HttpResponseMessage response, JsonElement body, string type, string code)
    {
        var error = body.GetProperty("error");
        Assert.Equal(["message", "type", "param", "code", "provider", "category", "timestamp"], error.EnumerateObject().Select(member => member.Name));
        Assert.Equal(type, error.GetProperty("type").GetString());
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.True(error.GetProperty("timestamp").TryGetDateTimeOffset(out _));
        Assert.Equal(response.Headers.GetValues("x-request-id").Single(), body.GetProperty("request_id").GetString());
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return error;
    }
}
