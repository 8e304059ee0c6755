using Conductor.Host.Tests.Support;

namespace Conductor.Host.Tests.Cli;

/// <summary>`conductor config diff` and `apply`.</summary>
public sealed class ConfigDiffTests : IDisposable
{
    private const string Tenants = "tenants: { acme: { limits: { concurrency: 5 } } } # ours\n";

    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _new = new();

    public ConfigDiffTests()
    {
        _folder.Write("conductor.yaml", "server: { drain_timeout: 30s }\n");
        _folder.Write("tenants.yaml", Tenants);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _new.Dispose();
    }

    [Fact]
    public async Task Diff_LikeDiff_ZeroOneTwo()
    {
        Assert.Equal((0, ""), Short(await RunAsync("diff", _new.Write("tenants.yaml", Tenants.Replace("# ours", "# theirs", StringComparison.Ordinal)))));
        Assert.Equal(
            (1, "tenant 'acme': limits.concurrency is 6, it was 5\n"),
            Short(await RunAsync("diff", _new.Write("tenants.yaml", Tenants.Replace("5", "6", StringComparison.Ordinal)))));
        var (code, _, error) = await RunAsync("diff", _new.Write("tenants.yaml", "tenants: { acme: { limts: {} } }\n"));
        Assert.Equal(2, code);
        Assert.Contains("limts", error, StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync("diff", _new.Combine("nowhere.yaml"))).Code);
    }

    [Fact]
    public async Task Apply_RightFiles_AreInPlaceAndNoted()
    {
        var tenants = _new.Write("new-tenants.yaml", Tenants.Replace("5", "6", StringComparison.Ordinal));
        var conductor = _new.Write("conductor.yaml", "server: { drain_timeout: 40s }\n");

        var (code, output, error) = await RunAsync("apply", tenants, conductor, "--yes");

        Assert.True(code == 0, error);
        Assert.Contains("server.drain_timeout is 00:00:40, it was 00:00:30", output, StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllTextAsync(tenants), await File.ReadAllTextAsync(_folder.Combine("tenants.yaml")));
        Assert.Equal(await File.ReadAllTextAsync(conductor), await File.ReadAllTextAsync(_folder.Combine("conductor.yaml")));
        var audit = await HostProcess.RunAsync(["audit", "list", "--data", _folder.Combine("data"), "--config", _folder.Combine("conductor.yaml")]);
        Assert.Contains("config.applied", audit.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_OneWrongFileOfTwo_ChangesNothing()
    {
        var (code, _, error) = await RunAsync("apply", _new.Write("tenants.yaml", Tenants.Replace("5", "6", StringComparison.Ordinal)), _new.Write("conductor.yaml", "server: { drain: 40s }\n"), "--yes");

        Assert.Equal(2, code);
        Assert.Contains("drain", error, StringComparison.Ordinal);
        Assert.Equal(Tenants, await File.ReadAllTextAsync(_folder.Combine("tenants.yaml")));
    }

    [Fact]
    public async Task Apply_NobodyToAsk_WantsYes()
    {
        Assert.Equal(2, (await RunAsync("apply", _new.Write("tenants.yaml", "{}"))).Code);
        Assert.Equal(Tenants, await File.ReadAllTextAsync(_folder.Combine("tenants.yaml")));
    }

    [Fact]
    public async Task Running_HeldAgainstAServerAndTakenOver()
    {
        await using var gateway = await TestGateway.StartAsync("server: { drain_timeout: 30s }\n", tenants: Tenants);
        var address = gateway.Address.ToString();
        var config = gateway.ConfigPath;
        Assert.Equal((0, ""), Short(await HostProcess.RunAsync(["config", "diff", "--config", config, "--running", address])));
        var tenants = _new.Write("tenants.yaml", Tenants.Replace("5", "6", StringComparison.Ordinal));

        Assert.Equal((1, "tenants.acme.limits.concurrency is 6, it was 5\n"), Short(await HostProcess.RunAsync(["config", "diff", tenants, "--config", config, "--running", address])));
        var applied = await HostProcess.RunAsync(["config", "apply", tenants, "--yes", "--config", config, "--running", address, "--data", _folder.Combine("data")]);
        Assert.True(applied.Code == 0, applied.Error);
        Assert.Equal((0, ""), Short(await HostProcess.RunAsync(["config", "diff", "--config", config, "--running", address])));
    }

    private static (int Code, string Output) Short((int Code, string Output, string Error) run) => (run.Code, run.Output);

    private Task<(int Code, string Output, string Error)> RunAsync(string verb, params string[] arguments) =>
        HostProcess.RunAsync(["config", verb, .. arguments, "--config", _folder.Combine("conductor.yaml"), "--data", _folder.Combine("data")]);
}
