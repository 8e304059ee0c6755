using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Conductor.Host.Composition;
using Conductor.Host.Tests.Support;
using Conductor.Sealing;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Host.Tests.Admin;

/// <summary>Providers' keys given over the API: the upstream gets them, the file has them encrypted, and nobody is told.</summary>
public sealed class ProviderKeyTests : IAsyncLifetime
{
    private const string AdminKey = "a-long-random-key-of-admin-0123456789";
    private const string Value = "canary-of-a-provider+key/0123456789";
    private const string Other = "canary-of-another-provider+key/0123";
    private const string Address = "/admin/v1/providers/fake/keys";

    private const string Answer = """{"id":"1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}""";

    private readonly RawUpstream _upstream = RawUpstream.Start(RawUpstream.Http(Answer));
    private TestGateway _gateway = null!;

    private string Yaml => $$"""
        # the machine
        providers:
          # ours
          fake: { plugin: openai-compatible, base_url: "{{_upstream.BaseUrl}}", price: free, models: [ "*" ], keys: [ sk-hidden-provider-key ] } # kept
          bare: { plugin: openai-compatible, base_url: "{{_upstream.BaseUrl}}", price: free } # none yet

        """;

    public async Task InitializeAsync() => _gateway = await TestGateway.StartAsync(
        Yaml, tenants: $$"""
            keys:
              - { tenant: default, name: root, role: admin, key: "{{AdminKey}}" }

            """);

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task Put_TheUpstreamGetsTheKeyAndNobodyElse()
    {
        using var put = await SendAsync(HttpMethod.Put, Address, Keys($$"""{"value":"{{Value}}","weight":2,"rpm":600,"tpm":100000}"""));
        var told = new StringBuilder(await put.Content.ReadAsStringAsync());
        Assert.Equal(200, (int)put.StatusCode);

        using var chat = await SendAsync(HttpMethod.Post, "/v1/chat/completions", """{"model":"fake/m","messages":[{"role":"user","content":"hi"}]}""");
        Assert.Equal(200, (int)chat.StatusCode);
        Assert.Contains(_upstream.Heads, head => head.Contains($"Bearer {Value}", StringComparison.OrdinalIgnoreCase));

        var text = await File.ReadAllTextAsync(_gateway.ConfigPath);
        var key = Assert.Single(text.Split('"'), SealedValue.Is);
        Assert.Equal(Yaml.Replace("keys: [ sk-hidden-provider-key ]", $$"""keys: [ { value: "{{key}}", weight: 2, rpm: 600, tpm: 100000 } ]""", StringComparison.Ordinal), text);

        var row = Assert.Single((await JsonAsync(Address)).GetProperty("data").EnumerateArray());
        Assert.Equal(["object", "index", "weight", "rpm", "tpm", "encrypted"], row.EnumerateObject().Select(member => member.Name));
        Assert.True(row.GetProperty("encrypted").GetBoolean());
        var noted = (await JsonAsync("/admin/v1/audit?action=provider_keys.changed")).GetProperty("data")[0];
        Assert.Equal(("providers/fake/keys", "***", 600), (noted.GetProperty("object").GetString(), After(noted).GetProperty("value").GetString(), After(noted).GetProperty("rpm").GetInt32()));

        foreach (var path in (string[])[Address, "/admin/v1/audit", "/admin/v1/config", "/v1/status", "/metrics", "/v1/models"])
        {
            using var response = await SendAsync(HttpMethod.Get, path);
            told.Append(await response.Content.ReadAsStringAsync());
        }

        told.Append(text);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Path.GetDirectoryName(_gateway.ConfigPath)!, "data"), "*")) // of the reservations, which hold numbers, the gateway is the only reader
        {
            await using var open = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(open, Encoding.Latin1);
            told.Append(await reader.ReadToEndAsync());
        }

        Assert.DoesNotContain("canary", told.ToString(), StringComparison.Ordinal);
        Assert.Contains(Value, Host.Redaction.SecretSettings.Of(Settings.Current));
        Assert.Contains(Settings.Current.SecretKey!.Reveal(), Host.Redaction.SecretSettings.Of(Settings.Current));
    }

    [Fact]
    public async Task Put_ProviderWithoutKeys_HasThemAndOneIsTakenAway()
    {
        using var put = await SendAsync(HttpMethod.Put, "/admin/v1/providers/bare/keys", Keys($$"""{"value":"{{Value}}"},{"value":"{{Other}}","weight":3}"""));
        Assert.Equal(200, (int)put.StatusCode);
        Assert.Equal([Value, Other], Settings.Current.Providers["bare"].Keys.Select(key => key.Reveal()));

        using var gone = await SendAsync(HttpMethod.Delete, "/admin/v1/providers/bare/keys/0", ifMatch: put.Headers.ETag!.Tag);
        Assert.Equal(200, (int)gone.StatusCode);
        Assert.Equal([Other], Settings.Current.Providers["bare"].Keys.Select(key => key.Reveal())); // it opens at another place of the list
        Assert.Equal(3, Assert.Single((await JsonAsync("/admin/v1/providers/bare/keys")).GetProperty("data").EnumerateArray()).GetProperty("weight").GetInt32());

        using var stale = await SendAsync(HttpMethod.Delete, "/admin/v1/providers/bare/keys/0", ifMatch: put.Headers.ETag!.Tag);
        await ErrorAssert.IsAsync(stale, 412, "invalid_request_error", "precondition_failed");
        using var last = await SendAsync(HttpMethod.Delete, "/admin/v1/providers/bare/keys/0");
        await ErrorAssert.IsAsync(last, 409, "invalid_request_error", "conflict");
        foreach (var index in (string[])["1", "-1", "x", "99999999999"])
        {
            using var none = await SendAsync(HttpMethod.Delete, $"/admin/v1/providers/bare/keys/{index}");
            await ErrorAssert.IsAsync(none, 404, "invalid_request_error", "not_found");
        }

        Assert.StartsWith(Yaml[..Yaml.IndexOf("  bare", StringComparison.Ordinal)], await File.ReadAllTextAsync(_gateway.ConfigPath), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"value":"${HOME}"}""", "keys[0].value")]
    [InlineData("""{"value":"x${HOME}"}""", "keys[0].value")]
    [InlineData("""{"value":"env:HOME"}""", "keys[0].value")]
    [InlineData("""{"value":"file:/etc/hostname"}""", "keys[0].value")]
    [InlineData("""{"value":"enc:v1:AAAA"}""", "keys[0].value")]
    [InlineData("""{"value":" env:HOME"}""", "keys[0].value")]
    [InlineData("""{"value":"two\r\nlines"}""", "keys[0].value")]
    [InlineData("""{"value":""}""", "keys[0].value")]
    [InlineData("""{"value":5}""", "keys[0].value")]
    [InlineData("""{"value":"canary","weight":0}""", "keys[0].weight")]
    [InlineData("""{"value":"canary","rpm":0.5}""", "keys[0].rpm")]
    [InlineData("""{"value":"canary","tpm":"many"}""", "keys[0].tpm")]
    [InlineData("""{"value":"canary","name":"x"}""", "keys[0]")]
    [InlineData("\"canary\"", "keys[0]")]
    [InlineData("", "keys")]
    public async Task Put_WrongKeys_IsA400ThatDoesNotRepeatThemAndNothingIsWritten(string key, string param)
    {
        using var put = await SendAsync(HttpMethod.Put, Address, Keys(key));

        var error = await ErrorAssert.IsAsync(put, 400, "invalid_request_error", "invalid_value");
        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.DoesNotContain("canary", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(Yaml, await File.ReadAllTextAsync(_gateway.ConfigPath));
        Assert.False(File.Exists(Path.Combine(Path.GetDirectoryName(_gateway.ConfigPath)!, "data", MasterKey.FileName)));
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("local")]
    public async Task AnyOf_ProviderThatTheFileDoesNotHave_Is404(string provider)
    {
        foreach (var (method, path, body) in new[] { (HttpMethod.Get, "", (string?)null), (HttpMethod.Put, "", Keys("""{"value":"canary-0123456789"}""")), (HttpMethod.Delete, "/0", null) })
        {
            using var response = await SendAsync(method, $"/admin/v1/providers/{provider}/keys{path}", body);
            await ErrorAssert.IsAsync(response, 404, "invalid_request_error", "provider_not_found");
        }

        Assert.Equal(Yaml, await File.ReadAllTextAsync(_gateway.ConfigPath));
    }

    private HostSettings Settings => _gateway.App.Services.GetRequiredService<HostSettings>();

    private static string Keys(string keys) => "{\"keys\":[" + keys + "]}";

    private static JsonElement After(JsonElement row) => row.GetProperty("after").GetProperty("keys")[0];

    private async Task<JsonElement> JsonAsync(string path)
    {
        using var response = await SendAsync(HttpMethod.Get, path);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("authorization", $"Bearer {AdminKey}");
        if (ifMatch is not null)
        {
            request.Headers.Add("if-match", ifMatch);
        }

        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        return await _gateway.Client.SendAsync(request);
    }
}
