using System.Text.Json;
using Conductor.Audit;
using Conductor.Host.Tests.Support;
using Conductor.Storage.Sqlite;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Conductor.Host.Tests.Cli;

public sealed class AuditCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Database => _folder.Combine(SqliteStorageRegistration.FileName);

    [Fact]
    public async Task Verify_NoLog_SaysSo()
    {
        var (code, _, error) = await RunAsync("verify");

        Assert.Equal(1, code);
        Assert.Contains("There is no audit log", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_RowThatWasChanged_FailsAndNamesIt()
    {
        await WriteAsync(5);
        var (code, output, _) = await RunAsync("verify");
        Assert.Equal(0, code);
        Assert.StartsWith("5 rows, every hash right. The last one is 5:", output, StringComparison.Ordinal);

        Change("UPDATE audit SET key_id = 'somebody' WHERE number = 3");

        (code, _, var error) = await RunAsync("verify");
        Assert.Equal(1, code);
        Assert.Contains("Row 3 was changed", error, StringComparison.Ordinal);
        (code, output, _) = await RunAsync("verify", "--json");
        Assert.Equal(1, code);
        using var json = JsonDocument.Parse(output);
        Assert.Equal((false, 2, 3), (json.RootElement.GetProperty("valid").GetBoolean(), json.RootElement.GetProperty("rows").GetInt32(), json.RootElement.GetProperty("wrong_row").GetInt32()));
    }

    [Fact]
    public async Task Verify_ChainMadeAnew_IsFoundByARowThatWasNotedDown()
    {
        await WriteAsync(3);
        var last = await LastAsync();
        await WriteAsync(2);
        Assert.Equal(0, (await RunAsync("verify", "--last", last)).Code);

        File.Delete(Database);
        await WriteAsync(5, "other");

        Assert.Equal(0, (await RunAsync("verify")).Code);
        var (code, _, error) = await RunAsync("verify", "--last", last);
        Assert.Equal(1, code);
        Assert.Contains("Row 3 is not the one that was there", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_RowNotedDownThatIsGone_Fails()
    {
        await WriteAsync(3);
        var last = await LastAsync();
        File.Delete(Database);
        await WriteAsync(2);

        Assert.Equal(1, (await RunAsync("verify", "--last", last)).Code);
    }

    [Fact]
    public async Task Export_EveryRow_VerifiesElsewhere()
    {
        await WriteAsync(4);
        var (_, output, _) = await RunAsync("export");
        var file = _folder.Write("audit.jsonl", output);
        File.Delete(Database);

        Assert.Equal(0, (await RunAsync("verify", "--file", file)).Code);

        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        _folder.Write("audit.jsonl", string.Join('\n', lines[0], lines[2], lines[1], lines[3]));
        var (code, _, error) = await RunAsync("verify", "--file", file);
        Assert.Equal(1, code);
        Assert.Contains("Row 2 is missing", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("12")]
    [InlineData("x:00")]
    [InlineData("3:zz")]
    public async Task Verify_LastThatIsNone_IsAUsageError(string last)
    {
        await WriteAsync(1);

        Assert.Equal(2, (await RunAsync("verify", "--last", last)).Code);
    }

    [Fact]
    public async Task List_Filters_ShowTheNewestFirst()
    {
        await WriteAsync(3);

        var (code, output, _) = await RunAsync("list", "--limit", "2");

        Assert.Equal(0, code);
        Assert.Equal(["3", "2"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')[0]));
        Assert.Empty((await RunAsync("list", "--action", "key.*")).Output);
    }

    private async Task WriteAsync(int count, string name = "object")
    {
        await using var store = new SqliteAuditStore(Database);
        await store.AppendAsync(
            [.. Enumerable.Range(0, count).Select(i => new AuditEntry { Time = new DateTimeOffset(2026, 11, 20, 0, 0, i, TimeSpan.Zero), Role = "admin", KeyId = "root", Action = "tenant.changed", Object = $"{name}/{i}", After = """{"a":"é"}""" })],
            CancellationToken.None);
    }

    private async Task<string> LastAsync()
    {
        using var json = JsonDocument.Parse((await RunAsync("verify", "--json")).Output);
        return json.RootElement.GetProperty("last").GetString()!;
    }

    private void Change(string statement)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        connection.Execute($"DROP TRIGGER audit_stays; {statement}");
    }

    private Task<(int Code, string Output, string Error)> RunAsync(params string[] args) => HostProcess.RunAsync(["audit", .. args, "--data", _folder.Path]);
}
