using Microsoft.Data.Sqlite;

namespace DgxMusic.LocalHost.Stores;

/// <summary>One connection and the statements it has prepared. Parameters are <c>$1</c>, <c>$2</c> and so on. Used by one thread at a time.</summary>
public sealed class SqliteSession : IDisposable
{
    /// <summary>Longest wait for another process that holds the file.</summary>
    const int BusySeconds = 10;

    readonly SqliteConnection connection;
    readonly Dictionary<string, SqliteCommand> prepared = [];

    static SqliteSession() => SQLitePCL.Batteries_V2.Init();

    internal SqliteSession(string path)
    {
        var settings = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = BusySeconds };
        connection = new SqliteConnection(settings.ToString());
        try
        {
            connection.Open();
            Execute("PRAGMA busy_timeout = 10000");
            Execute("PRAGMA journal_mode = WAL");
            Execute("PRAGMA synchronous = FULL");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>False once SQLite has rolled a transaction back by itself, as it does when the disk is full.</summary>
    internal bool InTransaction => SQLitePCL.raw.sqlite3_get_autocommit(connection.Handle) == 0;

    /// <returns>Rows changed.</returns>
    public int Execute(string sql, params ReadOnlySpan<object?> values) => Prepare(sql, values).ExecuteNonQuery();

    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> map, params ReadOnlySpan<object?> values)
    {
        using SqliteDataReader rows = Prepare(sql, values).ExecuteReader();
        List<T> found = [];
        while (rows.Read()) found.Add(map(rows));
        return found;
    }

    public T? QueryFirst<T>(string sql, Func<SqliteDataReader, T> map, params ReadOnlySpan<object?> values)
    {
        using SqliteDataReader rows = Prepare(sql, values).ExecuteReader();
        return rows.Read() ? map(rows) : default;
    }

    public void Dispose()
    {
        foreach (SqliteCommand command in prepared.Values) command.Dispose();
        connection.Dispose();
    }

    SqliteCommand Prepare(string sql, ReadOnlySpan<object?> values)
    {
        if (!prepared.TryGetValue(sql, out SqliteCommand? command))
        {
            prepared[sql] = command = connection.CreateCommand();
            command.CommandText = sql;
            for (int i = 1; i <= values.Length; i++) command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
        }

        for (int i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i] ?? DBNull.Value;
        return command;
    }
}
