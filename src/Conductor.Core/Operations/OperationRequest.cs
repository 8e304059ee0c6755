using System.Text.Json;
using Conductor.Calls;
using Conductor.Catalog;
using Conductor.Errors;

namespace Conductor.Operations;

/// <summary>The request of a typed operation as it came: one call, or a batch of them. A batch reads its items from it while it runs, so dispose it afterwards.</summary>
public sealed class OperationRequest : IDisposable
{
    private readonly OperationEntry _entry;
    private readonly CatalogSnapshot _catalog;
    private readonly JsonDocument _document;
    private readonly int _size;
    private bool _isPinned;

    private OperationRequest(OperationEntry entry, CatalogSnapshot catalog, JsonDocument document, int size)
    {
        _entry = entry;
        _catalog = catalog;
        _document = document;
        _size = size;
        _isPinned = catalog.TryPin(); // its items are checked by the plugin's code, one after the other, and the plugin may be replaced meanwhile
    }

    /// <summary>True where it has a member `inputs`.</summary>
    public bool IsBatch => OperationCallReader.MemberOf(_document.RootElement, OperationBatchReader.Inputs) is not null;

    /// <summary>Parses a request; what it says is checked when it is read.</summary>
    /// <param name="operation">The operation's name, from the URL.</param>
    /// <param name="body">The request, UTF-8 JSON; not changed before this is disposed.</param>
    /// <param name="catalog">What can be called now.</param>
    /// <exception cref="ConductorException">404 for an unknown operation, 400 for what is no JSON object.</exception>
    public static OperationRequest Parse(string operation, ReadOnlyMemory<byte> body, CatalogSnapshot catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var entry = catalog.Operations.GetValueOrDefault(operation)
            ?? throw ConductorErrors.OperationNotFound(operation, Text.NearestName.Find(operation, catalog.Operations.Keys));
        return new OperationRequest(entry, catalog, RequestJson.Parse(body), body.Length);
    }

    /// <summary>The one call that it asks for.</summary>
    /// <param name="context">Who asks.</param>
    /// <param name="callerAborted">Cancelled when the caller leaves.</param>
    /// <param name="over">Options that win over those of the body; null = none.</param>
    /// <param name="isStreaming">Whether the caller asks for a stream beside the body.</param>
    /// <exception cref="InvalidRequestException">Something is wrong with it; the exception names the member.</exception>
    public Task<OperationCall> ReadCallAsync(CallContext context, CancellationToken callerAborted, CallOptions? over = null, bool isStreaming = false) =>
        OperationCallReader.ReadAsync(_entry, _document.RootElement, context, _catalog, over, isStreaming, callerAborted);

    /// <summary>The batch that it asks for. What is wrong with one item is told when that item is read.</summary>
    /// <param name="context">Who asks. The calls' request ids are this one's, a dot and the item's index.</param>
    /// <param name="callerAborted">Cancelled when the caller leaves.</param>
    /// <param name="over">Options that win over those of the body; null = none.</param>
    /// <exception cref="InvalidRequestException">`inputs`, or what holds for all items, is wrong; the exception names the member.</exception>
    public OperationBatch ReadBatch(CallContext context, CancellationToken callerAborted, CallOptions? over = null) =>
        OperationBatchReader.Read(_entry, _document.RootElement, _size, context, _catalog, over, callerAborted);

    /// <inheritdoc/>
    public void Dispose()
    {
        _document.Dispose();
        if (_isPinned)
        {
            _isPinned = false;
            _catalog.Unpin();
        }
    }
}
