def warranty_failures(one, selection): return []
