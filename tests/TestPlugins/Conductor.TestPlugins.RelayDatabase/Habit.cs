using System.Runtime.CompilerServices;
using Conductor.Plugins;
using Microsoft.Data.Sqlite;

[assembly: ProviderPlugin("relay-database", typeof(Conductor.TestPlugins.Relay.Plugin))]

namespace Conductor.TestPlugins.Relay;

/// <summary>Writes every event into a database in memory, through a connection that it closes when it is disposed.</summary>
internal sealed class Habit : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection = new("Data Source=:memory:");

    public Habit(ProviderContext context, Uri upstream)
    {
        _connection.Open();
        using var create = _connection.CreateCommand();
        create.CommandText = "create table heard (provider text, upstream text, words text)";
        create.ExecuteNonQuery();
        Note(context.Name, upstream.AbsoluteUri, "");
    }

    public async IAsyncEnumerable<string> StreamAsync(
        IHttpClientFactory http, Uri to, string model, string text, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var data in Sse.ReadAsync(http, to, model, text, cancellationToken))
        {
            var heard = Sse.TextOf(data);
            Note(model, to.AbsoluteUri, heard);
            yield return heard;
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private void Note(string provider, string upstream, string words)
    {
        lock (_gate)
        {
            using var insert = _connection.CreateCommand();
            insert.CommandText = "delete from heard; insert into heard values ($provider, $upstream, $words)"; // the last one is enough
            insert.Parameters.AddWithValue("$provider", provider);
            insert.Parameters.AddWithValue("$upstream", upstream);
            insert.Parameters.AddWithValue("$words", words);
            insert.ExecuteNonQuery();
        }
    }
}
