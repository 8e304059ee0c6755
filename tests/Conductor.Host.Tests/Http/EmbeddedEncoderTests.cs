using System.Runtime.InteropServices;
using System.Text.Json;
using Conductor.Host.Tests.Support;

namespace Conductor.Host.Tests.Http;

/// <summary>`/v1/embeddings` with no provider but the embedded one.</summary>
public class EmbeddedEncoderTests(SharedGateway shared) : IClassFixture<SharedGateway>
{
    [Theory]
    [InlineData("local/all-minilm-l6-v2")]
    [InlineData("auto")]
    public async Task Embeddings_FloatAndBase64_AreTheSameVectors(string model)
    {
        var numbers = await AskAsync(model, "\"float\"");
        var base64 = await AskAsync(model, "\"base64\"");

        Assert.Equal(2, numbers.GetProperty("data").GetArrayLength());
        for (var index = 0; index < 2; index++)
        {
            float[] vector = [.. numbers.GetProperty("data")[index].GetProperty("embedding").EnumerateArray().Select(value => value.GetSingle())];
            var bytes = base64.GetProperty("data")[index].GetProperty("embedding").GetBytesFromBase64();

            Assert.Equal(384, vector.Length);
            Assert.Equal(1, Math.Sqrt(vector.Sum(value => (double)value * value)), 5);
            Assert.Equal(vector, MemoryMarshal.Cast<byte, float>(bytes).ToArray());
        }

        Assert.Equal(4 + 4, numbers.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Fact]
    public async Task Embeddings_OtherDimensions_AreTheCallersMistake()
    {
        using var response = await shared.Gateway.PostAsync("/v1/embeddings", """{"model":"local/all-minilm-l6-v2","input":"a","dimensions":256}""");

        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal("dimensions", body.RootElement.GetProperty("error").GetProperty("param").GetString());
    }

    private async Task<JsonElement> AskAsync(string model, string format)
    {
        using var response = await shared.Gateway.PostAsync("/v1/embeddings", $$"""{"model":"{{model}}","input":["hello world","good morning"],"encoding_format":{{format}}}""");
        Assert.True(response.IsSuccessStatusCode);
        Assert.Equal(["local"], response.Headers.GetValues("x-conductor-provider"));
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
    }
}
