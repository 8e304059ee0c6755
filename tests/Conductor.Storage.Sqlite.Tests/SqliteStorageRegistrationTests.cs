using Conductor.Settings;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using static Conductor.Storage.Sqlite.Tests.LedgerRows;

namespace Conductor.Storage.Sqlite.Tests;

public sealed class SqliteStorageRegistrationTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(false, true)] // whoever reads usage must not take the store away from the writer
    public async Task AddSqliteStorage_BeforeOrAfterTheLedger_IsTheStoreThatTheWriterUses(bool before, bool isUsageRead)
    {
        var services = new ServiceCollection().AddLogging();
        services.AddSingleton<ISettings>(new FixedSettings(_folder.Path));
        _ = before ? services.AddSqliteStorage().AddLedger() : services.AddLedger().AddSqliteStorage();

        await using (var provider = services.BuildServiceProvider())
        {
            foreach (var service in provider.GetServices<IHostedService>())
            {
                await service.StartAsync(CancellationToken.None);
            }

            Assert.True(File.Exists(_folder.Database));
            _ = isUsageRead ? provider.GetRequiredService<IUsageReader>() : null;
            provider.GetRequiredService<LedgerWriter>().Append(Row());
        }

        await using var store = new SqliteLedgerStore(_folder.Database);
        Assert.Single(await store.FindAsync("default", "req_1", CancellationToken.None)); // disposing the container wrote what was left
    }

    [Fact]
    public async Task AddSqliteStorage_NoDataFolder_SaysWhatToSet()
    {
        var services = new ServiceCollection().AddLogging();
        services.AddSingleton<ISettings>(new FixedSettings(""));
        services.AddSqliteStorage();
        await using var provider = services.BuildServiceProvider();

        var failure = Assert.Throws<StorageException>(provider.GetRequiredService<ILedgerStore>);

        Assert.Contains("storage", failure.Message, StringComparison.Ordinal);
    }

    private sealed class FixedSettings(string path) : ISettings
    {
        public ConductorSettings Current { get; } = new() { Storage = new StorageSettings { Path = path } };

        public event Action<ConductorSettings>? Changed
        {
            add { }
            remove { }
        }
    }
}
