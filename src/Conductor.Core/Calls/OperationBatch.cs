namespace Conductor.Calls;

/// <summary>Several calls of one operation that are made together, each with an outcome of its own.</summary>
public sealed class OperationBatch
{
    /// <summary>The most items that a batch has.</summary>
    public const int MaxItems = 256;

    private readonly Func<int, CallContext, Task<OperationCall>> _read;

    /// <summary>Creates a batch.</summary>
    /// <param name="operation">The operation's name.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="count">How many items there are, 1 to 256.</param>
    /// <param name="read">Makes an item's call, with the context it is given; called once for each item, from several threads at once. What it throws is that item's error.</param>
    public OperationBatch(string operation, CallContext context, int count, Func<int, CallContext, Task<OperationCall>> read)
    {
        ArgumentException.ThrowIfNullOrEmpty(operation);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(read);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaxItems);
        Operation = operation;
        Context = context;
        Count = count;
        _read = read;
    }

    /// <summary>The operation's name.</summary>
    public string Operation { get; }

    /// <summary>Who asks.</summary>
    public CallContext Context { get; }

    /// <summary>How many items there are.</summary>
    public int Count { get; }

    /// <summary>An item's call. Its request id is the batch's, a dot and the index; the ledger books it by an id of its own.</summary>
    internal Task<OperationCall> ReadAsync(int index) => _read(index, Context with { RequestId = $"{Context.RequestId}.{index}", CallId = CallIds.New() });
}
